"""How rows leave the register: a workbook officials can file, or a CSV.

Both hold data, never formulas (safety.md, promise 10), and take as little memory for
two hundred thousand rows as for ten.
"""

from registry.sheets.writing.columns import (
    ILLEGAL,
    MAX_CHARACTERS,
    MAX_DIGITS,
    NUMERIC,
    Column,
    Kind,
    Row,
)
from registry.sheets.writing.delimited import write_csv
from registry.sheets.writing.workbook import (
    NOT_IN_A_SHEET_NAME,
    Line,
    Sheet,
    TooManyRows,
    write_workbook,
    write_xlsx,
)

__all__ = [
    "ILLEGAL",
    "MAX_CHARACTERS",
    "MAX_DIGITS",
    "NOT_IN_A_SHEET_NAME",
    "NUMERIC",
    "Column",
    "Kind",
    "Line",
    "Row",
    "Sheet",
    "TooManyRows",
    "write_csv",
    "write_workbook",
    "write_xlsx",
]
