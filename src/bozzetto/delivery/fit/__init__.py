"""A variant of a file that keeps to a profile."""
