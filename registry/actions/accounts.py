"""Opening accounts for people the register itself lets in."""

from allauth.account.models import EmailAddress
from django.db import transaction

from registry import acts
from registry.enums import Role
from registry.models import Agency, User


@transaction.atomic
def open_account(
    email: str,
    *,
    password: str | None,
    role: Role,
    name_th: str,
    name_en: str = "",
    post: str = "",
    agency: Agency | None = None,
    by: User | None,
    reason: str = "",
) -> User:
    """Open an account that can sign in at once: its address counts as confirmed.

    Whoever opens it answers for the address; sign-in asks for a confirmed one.
    Without a password the person sets one by "forgotten password".
    """
    with acts.act(by=by, reason=reason):
        user: User = User.objects.create_user(
            email,
            password,
            role=role,
            name_th=name_th,
            name_en=name_en,
            post=post,
            agency=agency,
        )
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user
