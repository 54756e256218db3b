"""Run a plan: in this process, or spread over worker processes."""
