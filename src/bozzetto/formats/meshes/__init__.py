"""What several formats do to meshes."""
