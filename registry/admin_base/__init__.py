"""What every page of the admin stands on.

- :class:`ScopedAdmin` shows and accepts only what the person may see;
- :class:`KeptAdmin` hands what was typed to one action;
- :class:`RecordAdmin` adds the workflow;
- :class:`BulkEditAdmin` edits many records at a time.
"""

from registry.admin_base.bulk_edit import BulkEditAdmin
from registry.admin_base.history import HistoryPages
from registry.admin_base.kept import ChildStack, ChildTable, KeptAdmin
from registry.admin_base.lists import (
    CappedPaginator,
    Choice,
    DistrictFilter,
    GapFilter,
    OwnerFilter,
    ProvinceFilter,
)
from registry.admin_base.record import RecordAdmin, Step
from registry.admin_base.scoped import (
    ReadOnlyAdmin,
    ScopedAdmin,
    moment_column,
    yes_column,
)

__all__ = [
    "BulkEditAdmin",
    "CappedPaginator",
    "ChildStack",
    "ChildTable",
    "Choice",
    "DistrictFilter",
    "GapFilter",
    "HistoryPages",
    "KeptAdmin",
    "OwnerFilter",
    "ProvinceFilter",
    "ReadOnlyAdmin",
    "RecordAdmin",
    "ScopedAdmin",
    "Step",
    "moment_column",
    "yes_column",
]
