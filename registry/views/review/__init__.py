"""Pages of review: what waits, one thing that waits, and the decision on it."""
