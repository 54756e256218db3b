"""Shape the surface of an approved draft: even and smooth, true to the outlines, with relief."""
