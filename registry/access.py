"""The mark every view carries: who may open the address at all.

``@public`` and ``@open_to(...)`` are the only two. Menus and the access test
read the marks by walking the resolver, so a view without one is found at once.
Row rights come from ``visible_to``, verbs from ``rules``.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from registry.enums import Role

if TYPE_CHECKING:
    from registry.models import User


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in; for annotations only."""

    user: "User"


View = TypeVar("View", bound=Callable[..., HttpResponseBase])
MARK = "open_to"
#: What a mark says of a page for everybody, signed in or not.
EVERYBODY: frozenset[str] = frozenset({"everybody"})
STAFF = (Role.REVIEWER, Role.ADMINISTRATOR)
HOUSE = (Role.OFFICER, Role.REVIEWER, Role.OFFICIAL, Role.ADMINISTRATOR)


def mark(view: View, roles: frozenset[str]) -> View:
    """Write on a view whom it is open to; for views of other packages."""
    # A bound method takes no attributes; its function does.
    setattr(getattr(view, "__func__", view), MARK, roles)
    return view


def public(view: View) -> View:
    """Open a view to everybody."""
    return mark(view, EVERYBODY)


def open_to(*roles: Role) -> Callable[[Callable[..., HttpResponseBase]], Any]:
    """Open a view to people of these roles; others are refused, visitors sign in."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Any:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return mark(guarded, frozenset(roles))

    return decorate


def roles_of(view: Callable[..., Any]) -> frozenset[str] | None:
    """Return whom ``view`` is open to; None if it carries no mark."""
    return getattr(view, MARK, None)
