"""The paths of the API: each translates a request, calls, and translates the answer."""
