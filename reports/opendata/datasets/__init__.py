"""The datasets, one a module; each registers itself."""
