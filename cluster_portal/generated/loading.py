"""Making the generated register, from the first place to the last figure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from cluster_portal.filling import fill_register
from cluster_portal.generated import results, words
from cluster_portal.generated.goods import Goods, cover_of
from cluster_portal.generated.land import Land
from cluster_portal.generated.pictures import Pictures
from cluster_portal.generated.producers import Home, Producers
from cluster_portal.generated.results import Results
from cluster_portal.generated.writing import Table, indexed_at_the_end, set_sequences
from members.derived import texts_of as texts_of_member
from members.models import (
    Cluster,
    Contact,
    Member,
    MemberSearch,
    Membership,
    Outlet,
)
from products.actions import counting
from products.derived import texts_of as texts_of_product
from products.models import (
    Category,
    Certificate,
    Mark,
    Photo,
    Product,
    ProductSearch,
    StarCriterion,
    StarRating,
    StarRound,
)
from registry import publicity, search_index
from registry.actions.codes import WIDTH
from registry.filling import key_of
from registry.models import (
    Code,
    CodeCounter,
    FormKey,
    Installation,
    Proposal,
    ReviewClaim,
    forget_installation,
)
from registry.thai.dates import be_year
from strategies.models import Plan

#: Producers that are written together, with all that belongs to them.
TOGETHER = 1_000
#: Producers between two lines of progress.
TOLD = 5_000
#: Says that what is kept here was generated.
MARK = key_of("generated/register")
#: Members of each province's cluster, and of how many producers one is one.
CLUSTERED, IN_CLUSTER = 60, 4
#: Shelves and marks stay when a generated register is thrown away.
STAYING = (Category, Mark)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """How large the register is to be, and what it depends on."""

    members: int
    products: int
    ratings: int
    seed: int
    day: date
    with_pictures: bool = True


def is_generated() -> bool:
    """Tell whether the register was generated."""
    return FormKey.objects.filter(key=MARK).exists()


def holds_other_records() -> bool:
    """Tell whether there are records that were not generated."""
    return not is_generated() and any(
        model._default_manager.exists()
        for model in (Cluster, Member, Product, Plan, StarRound)
    )


def generate(wanted: Wanted, say: Say) -> dict[str, int]:
    """Make the register anew and return how many rows of what it has.

    All or nothing. What was generated before is thrown away.
    """
    pictures = Pictures() if wanted.with_pictures else None
    with transaction.atomic():
        if is_generated():
            say("Throwing away what was generated before.")
            _throw_away()
        call_command("sync_places", verbosity=0)
        fill_register()
        Installation.objects.update_or_create(pk=1, defaults={"is_demonstration": True})
        transaction.on_commit(forget_installation)
        FormKey.objects.get_or_create(
            key=MARK, defaults={"model": "generated", "object_id": wanted.seed}
        )
        making = _Making(wanted, pictures, say)
        with (
            indexed_at_the_end(making.names, say),
            search_index.filling(connection, MemberSearch._meta.db_table),
            search_index.filling(connection, ProductSearch._meta.db_table),
        ):
            making.make()
        counting.recount()
        if pictures is not None:
            publicity.show(pictures.drawn)
    return making.counts()


def _throw_away() -> None:
    """Empty the tables of producers and goods, and all that hangs on them."""
    emptied: list[type[models.Model]] = [Proposal, ReviewClaim]
    for app in ("members", "products", "strategies"):
        emptied += apps.get_app_config(app).get_models()
    staying = {
        name
        for model in STAYING
        for name in (model._meta.db_table, _history(model)._meta.db_table)
    }
    tables = [
        model._meta.db_table
        for model in [*emptied, _history(Proposal)]
        if model._meta.db_table not in staying
    ]
    connection.ops.execute_sql_flush(
        connection.ops.sql_flush(
            no_style(), tables, reset_sequences=True, allow_cascade=True
        )
    )
    Code.objects.filter(code__regex=r"^[0-9]{2}-[A-Z]-").delete()
    CodeCounter.objects.all().delete()


def _history(model: Any) -> Any:
    return model.history.model


class _Making:
    """One run: what is drawn waits in tables until it is written."""

    def __init__(self, wanted: Wanted, pictures: Pictures | None, say: Say) -> None:
        self.wanted, self.pictures, self.say = wanted, pictures, say
        zone = timezone.get_default_timezone()
        self.day = datetime.combine(wanted.day, time(12), zone)
        self.today = timezone.localdate()
        self.clusters = Table(Cluster)
        self.rounds = Table(StarRound)
        self.criteria = Table(StarCriterion, under="round")
        self.codes = Table(Code)
        self.members = Table(Member)
        self.member_texts = Table(MemberSearch, is_indexed=True)
        self.contacts = Table(Contact, under="member")
        self.outlets = Table(Outlet, under="member")
        self.memberships = Table(Membership, under="member")
        self.member_papers = Table(Certificate, under="member")
        self.products = Table(Product)
        self.product_texts = Table(ProductSearch, is_indexed=True)
        self.photos = Table(Photo, under="product")
        self.product_papers = Table(Certificate, under="product")
        self.ratings = Table(StarRating, under="product")
        #: In the order in which they stand on each other.
        self.tables = [each for each in vars(self).values() if isinstance(each, Table)]
        self.last: Counter[str] = Counter(
            dict(CodeCounter.objects.values_list("prefix", "last"))
        )
        self.clustered: Counter[str] = Counter()

    @property
    def names(self) -> list[str]:
        """Return the names of all tables that are filled."""
        found = []
        for table in self.tables:
            found.append(table.model._meta.db_table)
            if table.has_history:
                found.append(_history(table.model)._meta.db_table)
        return found

    def counts(self) -> dict[str, int]:
        """Return how many rows of what were written."""
        counts: Counter[str] = Counter()
        for table in self.tables:
            counts[str(table.model._meta.verbose_name_plural)] += table.written
        return dict(counts)

    def make(self) -> None:
        """Draw all rows and write them, some producers at a time."""
        wanted = self.wanted
        land = Land(words.chance_of("land", wanted.seed))
        self._enter_rounds()
        self._enter_clusters(land)
        producers = Producers(
            land,
            words.chance_of("members", wanted.seed),
            self.day,
            wanted.members,
            self.pictures,
        )
        self.goods = Goods(
            land,
            words.chance_of("products", wanted.seed),
            self.day,
            today=self.today,
            pictures=self.pictures,
        )
        self.results = Results(wanted.ratings, wanted.products)
        self.chance = words.chance_of("results", wanted.seed)
        shares = words.chance_of("shares", wanted.seed)
        goods_left = wanted.products
        for number in range(wanted.members):
            home = producers.draw(number, self.members.key())
            count = _share(goods_left, wanted.members - number, shares)
            goods_left -= count
            self._enter(home, count, producers)
            if number % TOGETHER == TOGETHER - 1:
                self._write()
            if number % TOLD == TOLD - 1:
                self._tell()
        self._write()
        self._tell()
        CodeCounter.objects.bulk_create(
            [
                CodeCounter(prefix=prefix, last=last)
                for prefix, last in self.last.items()
            ],
            update_conflicts=True,
            unique_fields=["prefix"],
            update_fields=["last"],
        )
        set_sequences([each.model for each in self.tables if each.has_history])

    def _write(self) -> None:
        for table in self.tables:
            table.write()

    def _tell(self) -> None:
        self.say(
            f"{self.members.written:,} producers, {self.products.written:,} goods, "
            f"{self.ratings.written:,} results."
        )

    # --- What they share --------------------------------------------------------

    def _enter_rounds(self) -> None:
        self.announced = []
        for each in results.rounds(self.wanted.day):
            key = self.rounds.key()
            moment = datetime.combine(date(each["year"] - 543, 1, 5), self.day.timetz())
            self.rounds.add(
                {"id": key, **each, "created_at": moment, "updated_at": moment}
            )
            for criterion in results.criteria():
                self.criteria.add(
                    {"id": self.criteria.key(), "round_id": key, **criterion}
                )
            self.announced.append((key, each["year"], each["announced_on"]))

    def _enter_clusters(self, land: Land) -> None:
        self.cluster_keys = {}
        moment = datetime.combine(date(2019, 1, 1), self.day.timetz())
        for province in land.provinces.values():
            key = self.cluster_keys[province.code] = self.clusters.key()
            self.clusters.add(
                {
                    "id": key,
                    "province_id": province.code,
                    "slug": f"{province.slug}-souvenir",
                    "name_th": f"คลัสเตอร์ของฝากของที่ระลึก{province.name_th}",
                    "name_en": f"{province.name_en} Souvenir Cluster",
                    "founded_year": 2562,
                    "created_at": moment,
                    "updated_at": moment,
                }
            )

    # --- One producer -----------------------------------------------------------

    def _enter(self, home: Home, count: int, producers: Producers) -> None:
        member = home.member
        member.code = self._code(member)
        for contact in producers.contacts(home):
            self.contacts.add(
                {"id": self.contacts.key(), "member_id": member.pk, **contact}
            )
        for outlet in producers.outlets(home):
            self.outlets.add(
                {"id": self.outlets.key(), "member_id": member.pk, **outlet}
            )
        self._enter_membership(home)
        shared = list(self.goods.papers_of_producer(home))
        for _mark, paper in shared:
            key = self.product_papers.key()
            self.member_papers.add(
                {"id": key, "member_id": member.pk, "product_id": None, **paper}
            )
        for _number in range(count):
            product = self._enter_product(home, shared)
            member.goods_count += product.is_published
        self.members.add(vars(member))
        texts = texts_of_member(member)._asdict()
        self.member_texts.add({"member_id": member.pk, **texts})

    def _enter_membership(self, home: Home) -> None:
        province, member = home.province, home.member
        if home.number % IN_CLUSTER or not member.is_published:
            return
        if self.clustered[province] == CLUSTERED:
            return
        self.clustered[province] += 1
        self.memberships.add(
            {
                "id": self.memberships.key(),
                "cluster_id": self.cluster_keys[province],
                "member_id": member.pk,
                "joined_on": member.created_at.date(),
                "paid_until_year": be_year(self.wanted.day),
            }
        )

    def _enter_product(self, home: Home, shared: list[Any]) -> Any:
        noun = self.goods.noun_for(home)
        product = self.goods.draw(home, noun, self.products.key())
        product.code = self._code(product)
        papers = []
        if product.is_published:
            papers = list(self.goods.papers(noun, home.province))
        for _mark, paper in papers:
            key = self.product_papers.key()
            self.product_papers.add(
                {"id": key, "product_id": product.pk, "member_id": None, **paper}
            )
        marks = self.goods.marks_held(product, papers, shared)
        product.marks_held = sum(1 << mark.bit for mark in marks)
        product.mark_codes = [mark.code for mark in marks]
        photos = self.goods.photos(noun)
        for photo in photos:
            self.photos.add(
                {"id": self.photos.key(), "product_id": product.pk, **photo}
            )
        product.cover = cover_of(photos)
        self._rate(product)
        self.products.add(vars(product))
        texts = texts_of_product(product, marks)._asdict()
        self.product_texts.add({"product_id": product.pk, **texts})
        return product

    def _rate(self, product: Any) -> None:
        for place, stars, points in self.results.draw(self.chance):
            key, year, announced = self.announced[place]
            self.ratings.add(
                {
                    "id": self.ratings.key(),
                    "product_id": product.pk,
                    "round_id": key,
                    "score_product": points[0],
                    "score_market": points[1],
                    "score_quality": points[2],
                    "total": points[3],
                    "stars": stars,
                }
            )
            if announced <= self.today:
                product.current_stars, product.current_stars_year = stars, year

    def _code(self, record: Any) -> str:
        prefix = f"{record.province_id}-{record.CODE_LETTER}"
        self.last[prefix] += 1
        code = f"{prefix}-{self.last[prefix]:0{WIDTH}d}"
        self.codes.add({"code": code, "given_at": record.created_at})
        return code


def _share(goods: int, members: int, chance: Random) -> int:
    """Return how many of the goods left the next producer makes.

    Most make one or two, a few make dozens; the last one gets what is left.
    """
    if members == 1:
        return goods
    mean = goods / members
    if mean <= 1:
        return int(chance.random() < mean)
    # Of a tail this long the mean is eleven sixths.
    drawn = (chance.paretovariate(2.2) - 1) * mean * 1.2
    return min(int(drawn + chance.random()), goods, 60)
