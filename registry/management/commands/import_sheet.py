"""Import a spreadsheet that is too large for the page, as the page would."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from registry.actions import imports
from registry.enums import ImportStep, RowFate
from registry.errors import NotAllowed, RecordError
from registry.importing.kinds import kind_at, kinds_for
from registry.models import ImportRun, User
from registry.sheets.gate import COMMAND_LIMITS, SheetRefused
from registry.statistics import gather

#: Bad rows that are told one by one; the page of the run shows them all.
TOLD = 20


class Command(BaseCommand):
    """Write a file of members, products, certificates or star results."""

    help = (
        f"Import a spreadsheet of up to {COMMAND_LIMITS.rows:,} rows (.xlsx or .csv) "
        "as a person of the portal. The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which file, of what, as whom, and how far to go."""
        parser.add_argument("file", type=Path, help="the spreadsheet")
        parser.add_argument("--kind", required=True, help="what it is a list of")
        parser.add_argument(
            "--by",
            required=True,
            metavar="EMAIL",
            help="whose import it is: what they may not do, it does not do",
        )
        parser.add_argument(
            "--only-good",
            action="store_true",
            help="leave bad rows out, instead of writing nothing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and account for every row."""
        user = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['by']}.")
        kind = kind_at(options["kind"])
        if kind is None or not kind.may_use(user):
            offered = ", ".join(each.slug for each in kinds_for(user))
            raise CommandError(
                f"{user.email} imports: {offered or 'nothing'}; no “{options['kind']}”."
            )
        path: Path = options["file"]
        try:
            run = imports.write_straight(
                path.read_bytes(),
                name=path.name,
                kind=kind,
                by=user,
                only_good=options["only_good"],
            )
        except NotAllowed as refusal:
            raise CommandError(f"{user.email} may not import this.") from refusal
        except (SheetRefused, RecordError) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        self.account(run)

    def account(self, run: ImportRun) -> None:
        """Say what became of the rows, and where the run is to be seen.

        :raises CommandError: if bad rows stood in the way.
        """
        bad = run.rows.filter(fate=RowFate.BAD).order_by("number")
        for row in bad[:TOLD]:
            faults = " ".join(sentence for _key, _value, sentence in row.faults)
            self.stdout.write(f"Row {row.number} is bad: {faults}")
        if run.counts["bad"] > TOLD:
            self.stdout.write(f"… and {run.counts['bad'] - TOLD} more.")
        for sentence, count in run.repairs.items():
            self.stdout.write(f"Put right {count} times: {sentence}")
        sums = "{rows} rows = {new} new + {changed} changed + {same} same + {bad} bad"
        self.stdout.write(sums.format(**run.counts))
        address = settings.SITE_URL + reverse("importing:run", args=[run.pk])
        if run.step != ImportStep.WRITTEN:
            raise CommandError(
                "Nothing was written, because of the bad rows. Mend them, take the "
                f"good rows only (--only-good), or decide about each at {address}"
            )
        gather()
        self.stdout.write(f"Written; it may be undone at {address}")
