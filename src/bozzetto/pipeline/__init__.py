"""The order of the stages, and the project folder that stores their results."""
