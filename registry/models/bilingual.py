"""Both languages as plain columns, and the rule which of them is shown."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(thing: object, base: str) -> str:
    """Return ``thing``'s text in the reader's language, else in the other one."""
    thai, english = getattr(thing, f"{base}_th"), getattr(thing, f"{base}_en")
    return (english or thai) if get_language() == "en" else (thai or english)


class Named(models.Model):
    """Something with a name in Thai and, where known, in English."""

    name_th = models.CharField(_("name (Thai)"), max_length=250)
    name_en = models.CharField(_("name (English)"), max_length=250, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the reader's language, or the one there is."""
        return in_language(self, "name")
