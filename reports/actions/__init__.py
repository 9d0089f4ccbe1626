"""What changes when reports are taken away, kept or asked for each month."""
