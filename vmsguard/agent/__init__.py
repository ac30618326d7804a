"""The long-running side: duties met on time, drift found and repaired, through crashes, dead links and years."""
