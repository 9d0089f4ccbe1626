"""Producers as rows of a spreadsheet, and what lists of goods read alike."""

from members.sheets.columns import CODE_COLUMN, ROW_KEY, Code, Name
from members.sheets.kinds import MemberSheets, cell_of, code_of
from members.sheets.places import Near, Places

__all__ = [
    "CODE_COLUMN",
    "ROW_KEY",
    "Code",
    "MemberSheets",
    "Name",
    "Near",
    "Places",
    "cell_of",
    "code_of",
]
