"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: agencies ask to join, staff are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the open sign-up closed."""
        return False
