"""Pure mesh maths on arrays and `Mesh`; no files."""
