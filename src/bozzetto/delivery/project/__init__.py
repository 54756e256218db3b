"""What delivery reads from a finished project."""
