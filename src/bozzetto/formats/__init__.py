"""One folder or file per format, each with write and read."""
