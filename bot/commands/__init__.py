"""`haichieu …`: what an operator types."""
