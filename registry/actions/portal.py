"""What staff keep of the portal itself: aliases of words, visitors' messages."""

from django.utils import timezone

from registry.models import Alias, VisitorMessage
from registry.thai.text import fold


def keep_alias(alias: Alias) -> Alias:
    """Save a pair of words with what it is found by."""
    alias.word_fold, alias.means_fold = fold(alias.word), fold(alias.means)
    alias.save()
    return alias


def mark_handled(message: VisitorMessage) -> None:
    """Note that somebody took care of a visitor's message; the first time counts."""
    VisitorMessage.objects.filter(pk=message.pk, handled_at__isnull=True).update(
        handled_at=timezone.now()
    )
