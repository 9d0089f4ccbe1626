"""Words of the product register (facts.md §1.4, §2, §3)."""

from enum import nonmember

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OtopType(models.TextChoices):
    """The five OTOP product types; independent of the catalogue's categories."""

    FOOD = "food", _("Food")
    BEVERAGE = "beverage", _("Beverages")
    TEXTILE = "textile", _("Textiles and apparel")
    DECOR = "decor", _("Utensils, decoration, souvenirs")
    HERB = "herb", _("Non-food herbs")


class PriceBand(models.IntegerChoices):
    """Bands in which tourists look for souvenirs, in baht a unit."""

    UNDER_100 = 1, _("Under ฿100")
    TO_300 = 2, _("฿100–299")
    TO_500 = 3, _("฿300–499")
    TO_1000 = 4, _("฿500–999")
    TO_3000 = 5, _("฿1,000–2,999")
    ABOVE = 6, _("฿3,000 and above")


#: The lower edge of each band after the first, in baht.
BAND_EDGES = (100, 300, 500, 1_000, 3_000)


class AirTravel(models.TextChoices):
    """Whether a souvenir may fly."""

    UNKNOWN = "", pgettext_lazy("air travel", "Not stated")
    CABIN = "cabin", _("Cabin baggage")
    CHECKED = "checked", _("Checked baggage only")
    NO = "no", _("Not allowed on aircraft")


class MarkScope(models.TextChoices):
    """What a mark is given to."""

    PRODUCT = "product", _("A product")
    MEMBER = "member", _("A producer or its premises")
    BOTH = "both", _("A product or a producer")


class MarkGoods(models.TextChoices):
    """Which goods may carry a mark."""

    ALL = "all", _("All goods")
    EDIBLE = "edible", _("Edible goods only")
    NON_EDIBLE = "non_edible", _("Non-edible goods only")
    TEXTILES = "textiles", _("Textiles only")


class Section(models.TextChoices):
    """The three sections of an OPC score (facts.md §1.2)."""

    PRODUCT = "product", _("A: product and community strength")
    MARKET = "market", _("B: marketing and product story")
    QUALITY = "quality", _("C: product quality")


class ProductGap(models.TextChoices):
    """What a product of the register may still lack, as staff look for it."""

    PHOTO = "photo", _("without a photo")
    CATEGORY = "category", _("without a category")
    NAME_EN = "name_en", _("without an English name")
    PRICE = "price", _("without a price")


class EnquiryKind(models.TextChoices):
    """What somebody wants who writes to the owner of goods."""

    SOURCING = "sourcing", _("I want to buy a quantity")
    COMMENT = "comment", _("I have a question or a comment")


class EnquiryState(models.TextChoices):
    """Where an enquiry stands."""

    NEW = "new", pgettext_lazy("enquiry", "New")
    ANSWERED = "answered", pgettext_lazy("enquiry", "Answered")
    CLOSED = "closed", pgettext_lazy("enquiry", "Closed without an answer")
    SPAM = "spam", pgettext_lazy("enquiry", "Unwanted advertising")

    NEXT = nonmember(
        {
            "new": {"answered", "closed", "spam"},
            # A second answer follows a first.
            "answered": {"answered", "new"},
            "closed": {"new"},
            "spam": {"new"},
        }
    )

    def may_become(self, to: "EnquiryState") -> bool:
        """Tell whether there is a step from this state to ``to``."""
        return to.value in self.NEXT[self.value]


class OutsideState(models.TextChoices):
    """What a row of somebody else's list is in the register."""

    WAITING = "waiting", pgettext_lazy("row of an outside list", "Waiting for a person")
    SAME = "same", pgettext_lazy("row of an outside list", "In the register")
    NEW = "new", pgettext_lazy("row of an outside list", "Entered from the list")
    IGNORED = "ignored", pgettext_lazy("row of an outside list", "Left out")


class DifferenceState(models.TextChoices):
    """What was decided where the register and somebody else's list disagree."""

    OPEN = "open", pgettext_lazy("difference", "Not decided")
    TAKEN = "taken", pgettext_lazy("difference", "Taken from the list")
    KEPT = "kept", pgettext_lazy("difference", "Kept as it is")
