"""The yardstick of `make bench`: a plain Django app over the portal's own tables.

A catalogue by django-filter, a page of a product and the stock admin, as a good
developer writes them in an hour. It is never part of the portal; only
``benchmarks.pages`` starts it, by settings of its own.
"""
