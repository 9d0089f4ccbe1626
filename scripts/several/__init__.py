"""Several processes on one machine, each stopped once (``scripts/several.sh``)."""
