"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from registry.models import User
from registry.sessions import begin


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: agencies ask to join, staff are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the open sign-up closed."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in, and let the limits of the sign-in run from now."""
        super().login(request, user)
        begin(request.session)
