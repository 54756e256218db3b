"""glTF 2.0, written and read: GLB, separate files, and GLB packed for the web."""
