"""What every kept row has: a version, and who wrote it when."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def person_key(label: Any) -> Any:
    """Return a key to who did something; it empties when the account is erased."""
    # A translated label and the two types of a key have no name of their own.
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=label,
    )


class Kept(models.Model):
    """A row with a version and history; only actions write it.

    ``version`` grows by one at each action that touches the row or what
    belongs to it; a form carries the one it was made from.
    """

    #: Keys to rows that an action locks before it locks the row itself.
    LOCKED_AFTER: tuple[str, ...] = ()

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    created_by = person_key(_("entered by"))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    updated_by = person_key(_("changed by"))

    class Meta:
        abstract = True

    def settle(self) -> None:
        """Work out the columns that follow from this row's own fields.

        Called by the actions before each save. No queries.
        """


class Child(models.Model):
    """A row that belongs to a kept one and is written with it.

    It has history of its own but no version: it counts to its parent's.
    """

    #: Names of the keys to what the row may belong to.
    PARENTS: tuple[str, ...] = ()
    #: Columns that stay as they are when an earlier state is brought back.
    NOT_RESTORED: tuple[str, ...] = ()
    #: Columns that name or reach one person: staff see them when they ask to, and
    #: that is recorded. Not so where ``is_public`` says that everybody may read them.
    PERSONAL: tuple[str, ...] = ()
    #: How many of them a merge leaves with one parent; 0 for any number.
    AT_MOST = 0

    class Meta:
        abstract = True

    def settle(self) -> None:
        """Work out the columns that follow from this row's own fields."""


def children_of(model: type[models.Model]) -> dict[str, type[Child]]:
    """Return what belongs to ``model``: related name → model of the children."""
    found: dict[str, type[Child]] = {}
    for relation in model._meta.related_objects:
        related: Any = relation.related_model
        if issubclass(related, Child) and relation.field.name in related.PARENTS:
            found[str(relation.get_accessor_name())] = related
    return found


def parent_key(model: type[models.Model], name: str) -> str:
    """Return the key by which ``model``'s children ``name`` point at it."""
    relation = next(
        relation
        for relation in model._meta.related_objects
        if relation.get_accessor_name() == name
    )
    return relation.field.name
