"""The kernel's tables: places, people, the record, its ledger and its mail."""

from registry.models.bilingual import Named, in_language
from registry.models.kept import Child, Kept, children_of, parent_key, person_key
from registry.models.ledger import Code, CodeCounter, FormKey
from registry.models.mail import OutboxMail
from registry.models.people import Agency, User, display_name
from registry.models.places import AbolishedPlace, District, Province, Subdistrict
from registry.models.portal import (
    Alias,
    Installation,
    VisitorMessage,
    forget_installation,
    is_demonstration,
)
from registry.models.record import Record
from registry.models.runs import ExportRun, ImportRun
from registry.models.search_row import SearchRow

__all__ = [
    "AbolishedPlace",
    "Agency",
    "Alias",
    "Child",
    "Code",
    "CodeCounter",
    "District",
    "ExportRun",
    "FormKey",
    "ImportRun",
    "Installation",
    "Kept",
    "Named",
    "OutboxMail",
    "Province",
    "Record",
    "SearchRow",
    "Subdistrict",
    "User",
    "VisitorMessage",
    "children_of",
    "display_name",
    "forget_installation",
    "in_language",
    "is_demonstration",
    "parent_key",
    "person_key",
]
