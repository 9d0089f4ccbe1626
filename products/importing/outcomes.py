"""What came of each row, in words: made, merged or skipped, and what was repaired."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fate(StrEnum):
    """What becomes of a row; every row has one."""

    MADE = "made"
    MERGED = "merged"
    SKIPPED = "skipped"


class Reason(TextChoices):
    """Why a row made no product of its own; ``detail`` fills in what it is about."""

    NO_NAME = "no_name", _("There is no product name.")
    PERSON_NAME = "person_name", _("The product name is only the name of a person.")
    NO_PROVINCE = "no_province", _("There is no province.")
    UNKNOWN_PROVINCE = "unknown_province", _("There is no province “%(detail)s”.")
    NO_DISTRICT = "no_district", _("There is no district.")
    UNKNOWN_DISTRICT = (
        "unknown_district",
        _("The province has no district “%(detail)s”."),
    )
    NO_OFFICE = (
        "no_office",
        _("The register knows no office that keeps the records of %(detail)s."),
    )
    FOREIGN = "foreign", _("Your agency does not keep records of %(detail)s.")
    BROKEN = "broken", _("A needed cell holds a formula without a result.")
    HEADING = "heading", _("The row repeats the headings.")
    SAME_ROW = "same_row", _("The same as row %(detail)s.")
    SAME_PRODUCT = (
        "same_product",
        _("The same product of the same producer as in row %(detail)s."),
    )
    THERE = "there", _("Already in the register: %(detail)s.")


class Repair(TextChoices):
    """What was put right in a row, or put aside from it."""

    PHONE_ZERO = "phone_zero", _("leading 0 of a telephone number put back")
    PHONES_PARTED = "phones_parted", _("several telephone numbers parted")
    PHONE_UNUSABLE = "phone_unusable", _("unusable telephone number kept as a note")
    POSITION_SWAPPED = "position_swapped", _("latitude and longitude exchanged")
    POSITION_UNUSABLE = "position_unusable", _("unusable coordinates kept as a note")
    SELLER_PERSON = (
        "seller_person",
        _("person’s name taken out of the point of sale"),
    )
    SELLER_ADDRESS = (
        "seller_address",
        _("address taken out of the name of the point of sale"),
    )
    PRODUCT_PERSON = "product_person", _("person’s name taken out of a product name")
    STARS = "stars", _("stars taken out of a product name")
    SHORTENED = "shortened", _("name longer than the register keeps, shortened")
    ELSEWHERE = "elsewhere", _("address in another district kept as a note")
    FORMULA = "formula", _("stored result of a formula taken")
    NO_VALUE = "no_value", _("formula without a result taken as empty")


@dataclass(frozen=True)
class Outcome:
    """What became of the row of a number, and why."""

    number: int
    fate: Fate
    reason: Reason | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.reason is None) != (self.fate is Fate.MADE):
            raise ValueError("What is not made has a reason, and only that.")

    @property
    def sentence(self) -> str:
        """Return why, in the reader's language; empty for what was made."""
        if self.reason is None:
            return ""
        return str(self.reason.label) % {"detail": self.detail}
