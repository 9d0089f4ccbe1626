"""Pages of members at work."""
