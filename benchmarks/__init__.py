"""What speed and memory are held to; `make bench` runs all of it."""
