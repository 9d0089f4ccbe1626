"""Open data: what the register gives to everybody, as files with their description."""

from reports.opendata.base import Dataset, find, registered
from reports.opendata.datasets import marks, members, products, stars

__all__ = ["Dataset", "find", "marks", "members", "products", "registered", "stars"]
