"""Surface colour: unwrap, rasterize, project, bake, fill, materials."""
