"""One file for each kind of job; `registry` lists them."""
