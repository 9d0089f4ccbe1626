"""Spreadsheets that come in: what their columns are, and what becomes of each row.

``kinds`` says what an app offers; ``opening`` finds rows, heading and columns of a
file, ``keeping`` remembers the rows; ``reading`` reads cells and says what was put
right, ``lines`` whole rows; ``records`` are the kinds whose rows are records or belong
to them; ``validity`` asks what forms ask; ``work`` is what a plan would write. Nothing
is written here: every write is one of :mod:`registry.actions.imports`.
"""
