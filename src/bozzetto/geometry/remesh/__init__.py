"""Other triangles or quads for the same shape."""
