"""Open what Bozzetto writes with readers that nobody here wrote, and compare."""
