"""Photos, documents and voice: what became of each, and the links that open one."""
