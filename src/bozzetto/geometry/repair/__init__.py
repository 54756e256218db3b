"""Take faults off a surface, and change nothing else."""
