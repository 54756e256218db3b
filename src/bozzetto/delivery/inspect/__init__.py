"""What is in a file, how sound it is, and a page that says so."""
