"""How rows are kept, whoever they belong to: engines, keys, ids, and what fires once."""
