"""One file per format, each with write and read."""
