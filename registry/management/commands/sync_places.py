"""Load provinces, districts and subdistricts, or bring them up to date."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.actions.places import LevelReport, sync_places

#: A first run adds thousands: so many codes are named, the rest counted.
NAMED = 10


class Command(BaseCommand):
    """Make the tables of places equal to the installed geothai package."""

    help = "Load the places of Thailand from geothai; again after it was updated."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say for each level what changed, or in one line that nothing did."""
        reports = sync_places()
        if options["verbosity"] < 1:
            return
        if not any(reports):
            self.stdout.write("Places: nothing changed.")
        for report in filter(None, reports):
            self.stdout.write(f"{report.level} ({report.total}): {told(report)}")


def told(report: LevelReport) -> str:
    """Return what changed at one level, in words and codes."""
    changes = {
        "added": report.added,
        "renamed": report.renamed,
        "changed": report.changed,
        "gone": report.gone,
        "gone but still in use": report.kept,
    }
    return "; ".join(
        f"{len(codes)} {what} ({', '.join(codes[:NAMED])}"
        f"{', …' if len(codes) > NAMED else ''})"
        for what, codes in changes.items()
        if codes
    )
