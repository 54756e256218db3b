"""Work as data: stages, the nodes of a plan, and how results are kept in a store."""
