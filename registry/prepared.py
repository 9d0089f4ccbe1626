"""Selections that are worked out once and asked again and again.

Building a queryset and writing its SQL costs several times what the database needs
to answer a small question; a page that asks nine of them spends most of its time so.
A :class:`Prepared` one is written at its first use and then only filled in. What it
gives are the rows the queryset would give, by the same converters.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, router
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

R = TypeVar("R")
Value = int | str | datetime.date

#: Values that stand for the real ones while the SQL is written. They must survive
#: the way into the parameters unchanged, and none of ours may look like them.
FIRST_NUMBER = 9_007_199_254_740_881
STAND_IN_DAY = datetime.date(1, 2, 3)


@dataclass(frozen=True)
class Written:
    """A selection as one database is asked for it."""

    sql: str
    params: tuple[Any, ...]
    #: The places of parameters, and whose value each of them takes.
    places: tuple[tuple[int, str], ...]
    compiler: Any
    converters: Any
    #: Makes a row of the selection from a row of the database.
    make: Callable[[Any], Any]


class Prepared(Generic[R]):
    """A queryset with values left open.

    ``Prepared(lambda member: Outlet.objects.filter(member_id=member), member=int)``
    is asked by ``.rows(member=3)``. ``values_list`` gives tuples, ``make`` turns them
    into something else. The SQL must not depend on the values: no empty ``in``, no
    None; numbers, texts and days only.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any]],
        *,
        make: Callable[..., R] | None = None,
        **kinds: type[Value],
    ) -> None:
        self._build = build
        self._make = make
        self._stand_ins = {
            name: _stand_in(kind, number)
            for number, (name, kind) in enumerate(kinds.items())
        }
        self._written: dict[str, Written] = {}

    def rows(self, **values: Value) -> list[R]:
        """Return the rows for these values. One query."""
        written = self._for_reading()
        connection = connections[written.compiler.using]
        params = list(written.params)
        for place, name in written.places:
            params[place] = _adapted(connection, values[name])
        with connection.cursor() as cursor:
            cursor.execute(written.sql, params)
            found: Any = cursor.fetchall()
        if written.converters:
            found = written.compiler.apply_converters(found, written.converters)
        return [written.make(row) for row in found]

    def first(self, **values: Value) -> R | None:
        """Return the first row, if there is one. One query, for all of them."""
        return next(iter(self.rows(**values)), None)

    def _for_reading(self) -> Written:
        """Return the SQL for the database that reads are sent to."""
        # The model is known once it is built; then the router may be asked by it.
        known = next(iter(self._written.values()), None)
        model = known and known.compiler.query.model
        alias = model and router.db_for_read(model)
        if alias not in self._written:
            found = self._build(**self._stand_ins)
            alias = alias or found.db
            self._written[alias] = self._write(found, alias)
        return self._written[alias]

    def _write(self, found: QuerySet[Any], alias: str) -> Written:
        compiler: Any = found.query.get_compiler(using=alias)
        sql, params = compiler.as_sql()
        connection = connections[alias]
        by_stand_in = {
            _adapted(connection, value): name for name, value in self._stand_ins.items()
        }
        places = tuple(
            (place, by_stand_in[param])
            for place, param in enumerate(params)
            if param in by_stand_in
        )
        if {name for _place, name in places} != set(self._stand_ins):
            raise ValueError(f"A value of a prepared selection is nowhere in: {sql}")
        chosen = [expression for expression, _sql, _alias in compiler.select]
        return Written(
            sql=sql,
            params=tuple(params),
            places=places,
            compiler=compiler,
            converters=compiler.get_converters(chosen),
            make=self._maker(found, compiler, alias),
        )

    def _maker(
        self, found: QuerySet[Any], compiler: Any, alias: str
    ) -> Callable[[Any], Any]:
        make: Any = self._make
        if not issubclass(found._iterable_class, ModelIterable):
            return tuple if make is None else lambda row: make(*row)
        return _rows_of_models(compiler, alias)


def _rows_of_models(compiler: Any, alias: str) -> Callable[[Any], Model]:
    """Return how rows become models with all that was joined, as Django makes them."""
    info = compiler.klass_info
    model, fields = info["model"], info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    names = [chosen[0].target.attname for chosen in compiler.select[start:end]]
    # The types are those of a later Django.
    populators_of: Any = get_related_populators
    populators = populators_of(info, compiler.select, alias)

    def make(row: Any) -> Model:
        made: Model = model.from_db(alias, names, row[start:end])
        for populator in populators:
            populator.populate(row, made)
        return made

    return make


def _stand_in(kind: type[Value], number: int) -> Value:
    if kind is int:
        return FIRST_NUMBER + number
    if kind is str:
        return f"\x01{number}"
    return STAND_IN_DAY + datetime.timedelta(days=number)


def _adapted(connection: Any, value: Value) -> Any:
    """Return a value as this database takes it."""
    if isinstance(value, datetime.date):
        return connection.ops.adapt_datefield_value(value)
    return value
