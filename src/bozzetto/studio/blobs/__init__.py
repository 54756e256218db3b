"""Where the bytes of files are kept, by the SHA-256 of their content."""
