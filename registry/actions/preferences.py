"""What people choose for themselves."""

from django.db import transaction
from django.utils.translation import gettext as _

from registry import acts
from registry.models import User


@transaction.atomic
def choose_mails(
    user: User,
    *,
    language: str,
    wants_digest: bool | None = None,
    wants_decisions: bool | None = None,
) -> User:
    """Keep which mails ``user`` wants, and in which language; return the user fresh.

    None leaves a choice as it is.
    """
    fresh: User = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    chosen = {
        "language": language,
        "wants_digest": wants_digest,
        "wants_decisions": wants_decisions,
    }
    changed = {
        name: value
        for name, value in chosen.items()
        if value is not None and getattr(fresh, name) != value
    }
    if not changed:
        return fresh
    with acts.act(by=fresh, reason=_("Choice of mails")):
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=[*changed])
    return fresh
