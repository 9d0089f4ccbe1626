"""Kinds of spreadsheet whose rows are records, or belong to records."""

from registry.importing.lines import Line
from registry.importing.records.children import ChildKind
from registry.importing.records.rows import RecordKind

__all__ = ["ChildKind", "Line", "RecordKind"]
