"""The kernel's tables: places, people, the record, its ledger and its mail."""

from registry.models.audit import AuditEvent
from registry.models.bilingual import Named, in_language
from registry.models.desk import Digest, FormDraft
from registry.models.joining import Invitation, JoinRequest
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
from registry.models.proposals import OPEN_STATES, Proposal
from registry.models.record import Record
from registry.models.reviewing import Merge, NoteTemplate, ReviewClaim
from registry.models.runs import ColumnMemory, ExportRun, ImportRow, ImportRun
from registry.models.search_row import SearchRow
from registry.models.words import ReindexPlace, Word

__all__ = [
    "OPEN_STATES",
    "AbolishedPlace",
    "Agency",
    "Alias",
    "AuditEvent",
    "Child",
    "Code",
    "CodeCounter",
    "ColumnMemory",
    "Digest",
    "District",
    "ExportRun",
    "FormDraft",
    "FormKey",
    "ImportRow",
    "ImportRun",
    "Installation",
    "Invitation",
    "JoinRequest",
    "Kept",
    "Merge",
    "Named",
    "NoteTemplate",
    "OutboxMail",
    "Proposal",
    "Province",
    "Record",
    "ReindexPlace",
    "ReviewClaim",
    "SearchRow",
    "Subdistrict",
    "User",
    "VisitorMessage",
    "Word",
    "children_of",
    "display_name",
    "forget_installation",
    "in_language",
    "is_demonstration",
    "parent_key",
    "person_key",
]
