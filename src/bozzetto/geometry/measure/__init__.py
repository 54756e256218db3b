"""What can be said of one mesh: closed, crossing itself, mirrored, seen from outside."""
