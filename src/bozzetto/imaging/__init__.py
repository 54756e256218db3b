"""Pure image maths on arrays; no files, no domain types."""
