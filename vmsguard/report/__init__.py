"""Reports for people, made from verified evidence and from nothing else."""
