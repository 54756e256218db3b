"""Skeletons for figures: find joints, bind the mesh, pose it, animate it, prove it."""
