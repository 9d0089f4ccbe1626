"""Finding out what to ask a register for, in a process that stands on it.

``manage.py shell`` runs it with the settings of the portal; what it prints is JSON.
The sessions it begins stay in that database.
"""

import json
from dataclasses import asdict
from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import auth
from django.db import connection
from django.db.models import Count
from django.urls import NoReverseMatch, reverse

from benchmarks.pages.facts import Facts
from members.models import Member
from products.models import Product, StarRating
from registry import acts
from registry.models import Agency, User
from registry.sessions import begin

#: Products asked for: enough that no round meets the one of the round before.
GOODS = 120
CATEGORIES, PROVINCES = 4, 3
#: Common words of the register, in every size of it.
COMMON = ("ผ้าไหม", "กล้วย", "น้ำพริก", "ผ้าฝ้าย")
#: Where "deep in the catalogue" is.
DEPTH = 0.8
DEPTHS = 3


def main() -> None:
    """Print the facts of the register of ``DATABASE_URL``."""
    print(json.dumps(asdict(gathered())))


def gathered() -> Facts:
    """Find out what to ask this register for."""
    public = Product.objects.published()
    count = public.count()
    shelves = (
        public.filter(category__isnull=False, category__is_alcohol=False)
        .values_list("category__code")
        .annotate(goods=Count("pk"))
        .order_by("-goods", "category__code")
    )
    newest: Any = public.order_by("-published_at", "pk").values_list("code", flat=True)
    try:
        suggest = reverse("suggest")
    except NoReverseMatch:
        suggest = ""
    return Facts(
        products=Product.objects.count(),
        published=count,
        members=Member.objects.count(),
        ratings=StarRating.objects.count(),
        goods=rich_goods(),
        deep=[newest[int(count * DEPTH) + at] for at in range(DEPTHS)],
        categories=[code for code, _goods in shelves[:CATEGORIES]],
        provinces=fullest(public)[:PROVINCES],
        searches=[
            (word, fullest(public.filter(name_th__contains=word))[0]) for word in COMMON
        ],
        suggest=suggest,
        cookies=signed_in(),
        database=named(connection),
    )


def fullest(goods: Any) -> list[str]:
    """Return the address names of provinces, those with most of ``goods`` first."""
    places = goods.values_list("province__slug").annotate(goods=Count("pk"))
    return [slug for slug, _n in places.order_by("-goods", "province__slug")]


def rich_goods() -> list[str]:
    """Return the codes of goods whose pages show all there is, from everywhere.

    Those with photos, certificates and stars of two rounds; then what comes near.
    """
    public: Any = (
        Product.objects.published()
        .filter(is_alcohol=False)
        .alias(rounds=Count("ratings", distinct=True))
    )
    found: list[str] = []
    for asked in (
        {"photos__isnull": False, "certificates__isnull": False, "rounds__gte": 2},
        {"photos__isnull": False, "rounds__gte": 1},
        {},
    ):
        rows = public.filter(**asked).exclude(code__in=found)
        # Codes begin with the province: every n-th of them is from another one.
        codes = sorted(set(rows.values_list("code", flat=True)))
        missing = GOODS - len(found)
        found += codes[:: max(1, len(codes) // missing)][:missing]
        if len(found) == GOODS:
            break
    return found


def named(connection: Any) -> str:
    """Return the name and version of a database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


# --- Who is signed in -------------------------------------------------------------


def signed_in() -> dict[str, str]:
    """Sign people in, here and in the plain app; return their cookies.

    They hold a second factor, as staff must: being asked for it costs a query.
    """
    with acts.act(by=None, reason="benchmark"):
        people = {
            "administrator": person("administrator"),
            "reviewer": person("reviewer"),
        }
    cookies = {
        name: f"{settings.SESSION_COOKIE_NAME}={session(user, settings.SESSION_ENGINE)}"
        for name, user in people.items()
    }
    stock = session(
        people["administrator"],
        "django.contrib.sessions.backends.db",
        "django.contrib.auth.backends.ModelBackend",
    )
    return {**cookies, "plain": f"plain_session={stock}"}


def person(role: str) -> Any:
    """Return somebody of a role; a reviewer works in the province with most goods."""
    agency = None
    if role == "reviewer":
        busiest = (
            Product.objects.order_by()
            .values_list("province")
            .annotate(goods=Count("pk"))
            .order_by("-goods", "province")
        )
        agency = Agency.objects.filter(provinces=busiest[0][0]).order_by("pk").first()
    user, _is_new = User.objects.get_or_create(
        email=f"{role}@bench.example",
        defaults={
            "name_th": "ผู้วัด",
            "role": role,
            "agency": agency,
            "password": "!",
        },
    )
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
    )
    return user


def session(user: Any, engine: str, backend: str = "") -> str:
    """Begin a session of ``user`` and return its key."""
    store = import_module(engine).SessionStore()
    store[auth.SESSION_KEY] = str(user.pk)
    store[auth.BACKEND_SESSION_KEY] = backend or settings.AUTHENTICATION_BACKENDS[-1]
    store[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    begin(store)
    store.create()
    return str(store.session_key)
