"""Documents on paper: what they hold, how they look, and reports as such."""
