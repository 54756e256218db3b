"""How far one shape is from another, and bringing one onto the other."""
