"""Pictures of meshes without a screen, by whichever renderer this machine can run."""
