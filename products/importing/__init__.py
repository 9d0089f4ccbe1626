"""Goods that come in as spreadsheets.

``layouts`` says what the columns of a known kind of file are; ``rows`` reads one row
without asking the database; ``matching`` finds producers and goods that are there
already and plans what is to be made; ``writing`` does it through the actions.
"""
