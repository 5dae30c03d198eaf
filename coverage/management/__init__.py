"""Commands and nothing else."""
