"""Words the whole register shares: who people are, where a record stands."""

from enum import nonmember

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RecordStatus(models.TextChoices):
    """Where a record stands between its author and the public."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for review")
    RETURNED = "returned", _("Returned")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    NEXT = nonmember(
        {
            # Staff who enter a record directly publish it without a submission.
            "draft": {"submitted", "published", "withdrawn"},
            "submitted": {"published", "returned", "withdrawn"},
            "returned": {"submitted", "published", "withdrawn"},
            "published": {"withdrawn"},
            "withdrawn": {"submitted", "published"},
        }
    )

    def may_become(self, to: "RecordStatus") -> bool:
        """Tell whether the workflow has a step from this status to ``to``."""
        return to.value in self.NEXT[self.value]


class Role(models.TextChoices):
    """What a person does here; what they may reach follows from their agency."""

    PRODUCER = "producer", _("Producer")
    OFFICER = "officer", _("Officer")
    REVIEWER = "reviewer", _("Reviewer")
    OFFICIAL = "official", _("Official")
    ADMINISTRATOR = "administrator", _("Administrator")


class AgencyKind(models.TextChoices):
    """Kinds of agency (facts.md §5)."""

    MINISTRY = "ministry", _("Ministry")
    DEPARTMENT = "department", _("Department")
    REGIONAL_CENTRE = "regional_centre", _("Regional centre")
    PROVINCIAL_OFFICE = "provincial_office", _("Provincial office")
    DISTRICT_OFFICE = "district_office", _("District office")
    EDUCATION_AREA = "education_area", _("Educational service area office")
    STATE_AGENCY = "state_agency", _("State agency")
    LOCAL_AUTHORITY = "local_authority", _("Local authority")
    UNIVERSITY = "university", _("University")
    COMPANY = "company", _("Private company")
    FUND = "fund", _("Fund")
    OTHER = "other", pgettext_lazy("kind of agency", "Other")


class AgencyState(models.TextChoices):
    """Whether an agency may work in the register."""

    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class ProposalState(models.TextChoices):
    """Where a change to a published record stands."""

    DRAFT = "draft", pgettext_lazy("proposal", "Being written")
    SUBMITTED = "submitted", pgettext_lazy("proposal", "Waiting for review")
    RETURNED = "returned", pgettext_lazy("proposal", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    DROPPED = "dropped", pgettext_lazy("proposal", "Dropped")

    NEXT = nonmember(
        {
            "draft": {"submitted", "dropped"},
            # Called back by who wrote it, it is being written again.
            "submitted": {"draft", "accepted", "returned", "dropped"},
            "returned": {"submitted", "dropped"},
            "accepted": set(),
            "dropped": set(),
        }
    )

    def may_become(self, to: "ProposalState") -> bool:
        """Tell whether there is a step from this state to ``to``."""
        return to.value in self.NEXT[self.value]


class JoinState(models.TextChoices):
    """Where an agency's request to join stands."""

    DRAFT = "draft", pgettext_lazy("request to join", "Being filled in")
    SUBMITTED = "submitted", pgettext_lazy("request to join", "Waiting for a decision")
    RETURNED = "returned", pgettext_lazy("request to join", "Asked back")
    APPROVED = "approved", pgettext_lazy("request to join", "Approved")
    REFUSED = "refused", pgettext_lazy("request to join", "Refused")

    NEXT = nonmember(
        {
            "draft": {"submitted"},
            "submitted": {"approved", "returned", "refused"},
            "returned": {"submitted"},
            "approved": set(),
            "refused": set(),
        }
    )

    def may_become(self, to: "JoinState") -> bool:
        """Tell whether there is a step from this state to ``to``."""
        return to.value in self.NEXT[self.value]


class AuditKind(models.TextChoices):
    """What is recorded beside the history of records."""

    SIGN_IN = "sign_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGN_OUT = "sign_out", _("Signed out")
    REFUSED = "refused", _("Access refused")
    REVEAL = "reveal", _("Personal data shown")
    EXPORT = "export", _("Data exported")
    FACTOR_ADDED = "factor_added", _("Second factor set up")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    FACTOR_RESET = "factor_reset", _("Second factor reset by an administrator")
    PASSWORD = "password", _("Password changed")  # a kind of event
    INVITED = "invited", _("Person invited")
    PERSON_EXPORTED = "person_exported", _("A person’s data handed out")
    PERSON_ERASED = "person_erased", _("A person’s data erased")


class Region(models.TextChoices):
    """The six geographic regions of 2520 (facts.md §4)."""

    NORTH = "north", _("North")
    NORTHEAST = "northeast", _("Northeast")
    CENTRAL = "central", _("Central region")
    EAST = "east", _("East")
    WEST = "west", _("West")
    SOUTH = "south", _("South")


class RunStatus(models.TextChoices):
    """Where a long piece of work stands."""

    WAITING = "waiting", _("Waiting to start")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")


class ImportStep(models.TextChoices):
    """Where an import stands between the person who sent a file and the register."""

    MAPPING = "mapping", _("Columns to be named")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, waiting for confirmation")
    WRITING = "writing", _("Being written")
    WRITTEN = "written", _("Written")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", pgettext_lazy("import", "Undone")
    DROPPED = "dropped", _("Given up")

    NEXT = nonmember(
        {
            "mapping": {"checking", "dropped"},
            # Back to the columns if a needed one is missing after all.
            "checking": {"checked", "mapping", "dropped"},
            "checked": {"checking", "mapping", "writing", "dropped"},
            # Back if the register changed since the person looked.
            "writing": {"written", "checked"},
            "written": {"undoing"},
            "undoing": {"undone", "written"},
            "undone": set(),
            "dropped": set(),
        }
    )

    def may_become(self, to: "ImportStep") -> bool:
        """Tell whether there is a step from this one to ``to``."""
        return to.value in self.NEXT[self.value]


class RowFate(models.TextChoices):
    """What becomes of a row of a file; every row has exactly one."""

    NEW = "new", pgettext_lazy("row", "New")
    CHANGED = "changed", pgettext_lazy("row", "Changed")
    SAME = "same", pgettext_lazy("row", "Same")
    BAD = "bad", pgettext_lazy("row", "Bad")


class RowChoice(models.TextChoices):
    """What a person says of a row that looks like a record of the register."""

    OPEN = "", pgettext_lazy("row", "Not decided")
    SAME = "same", pgettext_lazy("row", "The same: leave it as it is")
    UPDATE = "update", pgettext_lazy("row", "The same: update it")
    DIFFERENT = "different", pgettext_lazy("row", "Different: enter it as new")


class SheetFormat(models.TextChoices):
    """Forms in which rows leave the register."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"
    PDF = "pdf", "PDF"
