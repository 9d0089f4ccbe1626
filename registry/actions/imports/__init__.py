"""Files that come into the register: sent, checked, confirmed, written, undone.

Every step locks the run first and follows :attr:`registry.enums.ImportStep.NEXT`; only
a run's own person takes one.
"""

from registry.actions.imports import running, writing
from registry.actions.imports.beginning import (
    ColumnsRefused,
    NothingBelow,
    begin,
    name_columns,
)
from registry.actions.imports.checking import AT_ONCE
from registry.actions.imports.deciding import (
    BadRows,
    NoSuchChoice,
    NothingGood,
    check_again,
    confirm,
    decide,
    decide_all,
    drop,
    set_options,
)
from registry.actions.imports.straight import write_straight
from registry.actions.imports.undoing import InTheWay, undo
from registry.importing.opening import FileGone

__all__ = [
    "AT_ONCE",
    "BadRows",
    "ColumnsRefused",
    "FileGone",
    "InTheWay",
    "NoSuchChoice",
    "NothingBelow",
    "NothingGood",
    "begin",
    "check_again",
    "confirm",
    "decide",
    "decide_all",
    "drop",
    "name_columns",
    "running",
    "set_options",
    "undo",
    "write_straight",
    "writing",
]
