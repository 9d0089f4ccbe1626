"""What is written about goods: what follows from a change, and enquiries."""
