"""Binary FBX 7, written and read."""
