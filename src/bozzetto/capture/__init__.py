"""Photo intake and advice: decode safely, say what is wrong with a photograph."""
