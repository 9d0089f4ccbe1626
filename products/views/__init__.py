"""Pages of the catalogue, and of what people ask about it."""
