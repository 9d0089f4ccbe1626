"""What a report must say of itself to be printed."""
