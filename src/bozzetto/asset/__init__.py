"""The output in memory: meshes, materials, drafts, assets."""
