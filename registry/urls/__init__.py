"""Addresses of the kernel's pages; ``cluster_portal.urls`` puts them in their place."""
