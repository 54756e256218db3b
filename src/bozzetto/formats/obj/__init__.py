"""Wavefront OBJ and MTL, written and read."""
