"""Spreadsheets that come in: what their columns are, and what becomes of each row.

``kinds`` says what an app offers (its columns, how a row is found in the register and
what it changes); ``reading`` reads cells and says what was put right; ``planning``
decides the fate of every row and asks nothing twice; ``running`` does what a worker
does. Every write is one of :mod:`registry.actions.imports`.
"""
