"""One folder with everything that a client needs."""
