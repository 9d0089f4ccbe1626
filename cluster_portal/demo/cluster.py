"""Entering the two clusters, the committee, and the plans of two years."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from cluster_portal.demo import people, words
from cluster_portal.demo.drawings import DRAWINGS
from cluster_portal.demo.found import LOEI, Found, never_entered, row_key
from cluster_portal.demo.words import REASON
from members.enums import PostKind
from members.models import Cluster, Post
from registry import publicity
from registry.actions import records
from registry.changes import Changes, ChildChanges
from registry.filling import key_of, not_yet_filled
from registry.models import Child, FormKey
from strategies.enums import ItemKind, SwotKind
from strategies.models import Plan, PlanItem, SwotItem

SLUG = "loei-souvenir"
COMMITTEE = "demo/committee"
TERM_BEGINS = date(2024, 10, 1)


def enter_clusters(found: Found) -> int:
    """Enter the clusters of Loei and tie them together."""
    rows = {row["slug"]: row for row in words.cluster_words()["cluster"]}
    entered = []
    for row in never_entered("cluster", rows):
        texts = {name: value for name, value in row.items() if name != "lead_agency"}
        cluster = Cluster(
            province_id=LOEI,
            lead_agency=found.agencies.get(row["lead_agency"]),
            **texts,
        )
        records.create(
            cluster, by=None, form_key=row_key("cluster", row["slug"]), reason=REASON
        )
        entered.append(cluster)
    if len(entered) > 1:
        first, *others = entered
        records.edit(first, Changes({"related": others}), by=None, reason=REASON)
    return len(entered)


def enter_committee(found: Found) -> int:
    """Enter the souvenir cluster's committee, all of it at once."""
    if not not_yet_filled([COMMITTEE]):
        return 0
    cluster = found.clusters[SLUG]
    posts = [
        Post(
            kind=PostKind(row["kind"]),
            person_th=row["person_th"],
            person_en=row["person_en"],
            member=found.members.get(row["member"]),
            started_on=TERM_BEGINS,
            consented_on=people.CONSENTED,
            position=position,
        )
        for position, row in enumerate(words.cluster_words()["post"])
    ]
    changes = Changes(children={"posts": ChildChanges(added=posts)})
    records.edit(cluster, changes, by=None, reason=REASON)
    FormKey.objects.create(
        key=key_of(COMMITTEE), model=Cluster._meta.label, object_id=cluster.pk
    )
    return len(posts)


def enter_plans(found: Found) -> int:
    """Enter the plans, the older first, and publish them."""
    rows = {str(row["year"]): row for row in words.cluster_words()["plan"]}
    missing = never_entered("plan", rows)
    for row in missing:
        plan = _plan(found, row)
        records.create(
            plan,
            by=None,
            children={
                "items": _lines(row, PlanItem, ItemKind.values),
                "swot": _lines(row, SwotItem, SwotKind.values),
            },
            form_key=row_key("plan", str(row["year"])),
            reason=REASON,
        )
        records.publish(plan, by=found.reviewer(LOEI), reason=REASON)
        publicity.show([plan.logo])
    return len(missing)


def _plan(found: Found, row: dict[str, Any]) -> Plan:
    logo = DRAWINGS[row["logo"]]
    return Plan(
        owner=found.agencies["ipc-4"],
        cluster=found.clusters[SLUG],
        year=row["year"],
        vision_th=row["vision_th"],
        vision_en=row["vision_en"],
        note_th=row["note_th"],
        note_en=row["note_en"],
        logo=found.pictures[row["logo"]],
        logo_text_th=f"ภาพวาดประกอบการสาธิต: {logo.shows_th}",
        logo_text_en=f"Illustration for the demonstration: {logo.shows_en}",
    )


def _lines(
    row: dict[str, Any], model: type[PlanItem] | type[SwotItem], kinds: Sequence[str]
) -> list[Child]:
    """Return the lines of a plan, kind by kind, in their order."""
    return [
        model(kind=kind, text_th=text_th, text_en=text_en, position=position)
        for kind in kinds
        for position, (text_th, text_en) in enumerate(row[kind])
    ]
