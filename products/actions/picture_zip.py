"""Pictures in bulk: sent, looked at, confirmed, added, taken back.

What is long (looking, encoding) is done beside the transaction, which then writes
everything or nothing. Files that a killed worker left are swept by night.
"""

import io
from typing import IO, Any, BinaryIO, cast

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from products.models import Photo, Product
from products.picture_zip.gate import PictureZip, code_of
from products.picture_zip.planning import FILE, HASH, Look, Plan, judge, look
from registry import acts, jobs
from registry.actions import proposals, records
from registry.actions.imports.steps import FAILED_BACK, finish, require, take
from registry.actions.imports.undoing import take_back
from registry.changes import Changes, ChildChanges
from registry.enums import ImportStep, Role, RowFate, RunStatus
from registry.errors import NotAllowed, NotVisible, RecordError, StaleVersion
from registry.importing.kinds import SENDERS
from registry.jobs import Progress
from registry.models import ImportRow, ImportRun, User
from registry.pictures import store, take_picture
from registry.storages import content_name, private_storage
from registry.thai.text import clean_line

LAYOUT = "pictures"
FOLDER = "imports"


class NothingNew(RecordError):
    """No file of the ZIP is a new picture."""

    message = gettext_lazy("There is no new picture to add.")


class BadFiles(RecordError):
    """Some files are bad, and all or nothing is added."""

    message = gettext_lazy(
        "Some files cannot be taken. Add the good ones only, or mend the ZIP."
    )


# --- Steps of the person ----------------------------------------------------------


def begin(source: BinaryIO, *, name: str, by: User) -> ImportRun:
    """Take a ZIP through the gate into the private storage; a worker looks at it.

    :raises products.picture_zip.gate.ZipRefused: if it does not pass the gate.
    :raises NotAllowed: if the person keeps no records.
    """
    if not by.is_active or Role(by.role) not in SENDERS:
        raise NotAllowed
    PictureZip(source)
    stored = content_name(FOLDER, source, "zip")
    shelf = private_storage()
    if not shelf.exists(stored):
        shelf.save(stored, File(source))
    with transaction.atomic():
        run = ImportRun.objects.create(
            by=by,
            layout=LAYOUT,
            step=ImportStep.CHECKING,
            file_name=clean_line(name)[-250:],
            file_hash=stored.rpartition("/")[2].partition(".")[0],
            file=stored,
            language="en" if (get_language() or "th").startswith("en") else "th",
        )
        jobs.start(run, "pictures.check")
    return run


@transaction.atomic
def confirm(run: ImportRun, *, only_good: bool, by: User, digest: str) -> ImportRun:
    """Have the pictures that were shown added.

    :raises StaleVersion: if the preview is another one by now.
    :raises BadFiles: if files are bad and not only the good ones are wanted.
    """
    fresh = locked(run, by=by)
    require(fresh, ImportStep.CHECKED)
    if fresh.digest != digest:
        raise StaleVersion
    if not fresh.counts.get("new"):
        raise NothingNew
    if fresh.counts.get("bad") and not only_good:
        raise BadFiles
    take(fresh, ImportStep.WRITING)
    fresh.options = {**fresh.options, "only_good": only_good}
    fresh.save(update_fields=["step", "options"])
    jobs.start(fresh, "pictures.write")
    return fresh


@transaction.atomic
def drop(run: ImportRun, *, by: User) -> ImportRun:
    """Give the ZIP up; nothing of it is kept."""
    fresh = locked(run, by=by)
    if fresh.stage == ImportStep.DROPPED:
        return fresh
    if fresh.stage == ImportStep.CHECKING:
        # The worker finds the run gone on without it.
        fresh.status = RunStatus.DONE
    take(fresh, ImportStep.DROPPED)
    fresh.status, fresh.finished_at = RunStatus.DONE, timezone.now()
    fresh.error = ""
    _forget_file(fresh)
    fresh.save()
    return fresh


@transaction.atomic
def undo(run: ImportRun, *, by: User) -> ImportRun:
    """Have the added pictures taken back, while nobody has worked on the products."""
    fresh = locked(run, by=by)
    if fresh.stage == ImportStep.UNDONE:
        return fresh
    take(fresh, ImportStep.UNDOING)
    fresh.save(update_fields=["step"])
    jobs.start(fresh, "pictures.undo")
    return fresh


def locked(run: ImportRun, *, by: User) -> ImportRun:
    """Return the run fresh and locked, for its own person.

    :raises NotVisible: if the person may not know of it.
    :raises NotAllowed: if it is somebody else's.
    """
    rows = ImportRun.objects.visible_to(by).select_for_update(of=("self",))
    fresh = rows.filter(pk=run.pk, layout=LAYOUT).first()
    if fresh is None:
        raise NotVisible
    if fresh.by_id != by.pk or Role(by.role) not in SENDERS:
        raise NotAllowed
    if fresh.status == RunStatus.FAILED:
        fresh.step = FAILED_BACK.get(fresh.stage, fresh.stage)
    return fresh


def _forget_file(run: ImportRun) -> None:
    """Take the ZIP off the disk once the transaction is committed, if it is alone."""
    name, run.file = run.file, ""
    if not name:
        return

    def delete() -> None:
        if not ImportRun.objects.filter(file=name).exists():
            private_storage().delete(name)

    transaction.on_commit(delete)


# --- What a worker does -----------------------------------------------------------


def _held(run: ImportRun) -> ImportRun:
    fresh: ImportRun | None = jobs.own(run).select_for_update(of=("self",)).first()
    if fresh is None:
        raise jobs.TakenOver
    return fresh


def _person(run: ImportRun) -> User:
    if run.by is None or not run.by.is_active:
        raise NotAllowed
    return run.by


@jobs.works("pictures.check")
def check(run: ImportRun, progress: Progress) -> None:
    """Look at every file; the preview is there when it ends."""
    if run.stage != ImportStep.CHECKING:
        return
    with private_storage().open(run.file) as file:
        archive = PictureZip(cast(IO[bytes], file))
        looks = look(archive, progress)
    plan = judge(looks, _person(run))
    with transaction.atomic():
        fresh = _held(run)
        if fresh.stage == ImportStep.CHECKING:
            _keep(fresh, plan, archive.left_out)


def _keep(run: ImportRun, plan: Plan, left_out: int, error: str = "") -> None:
    run.rows.all().delete()
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                run=run,
                number=row.number,
                fate=row.fate,
                name=row.name,
                model=row.model,
                object_id=row.object_id,
                is_proposal=row.is_proposal,
                cells=row.cells,
                faults=row.faults,
            )
            for row in plan.rows
        ],
        batch_size=500,
    )
    counts = plan.counts(left_out)
    finish(run, ImportStep.CHECKED, counts=counts, digest=plan.digest)
    if error:
        run.error = error
        run.save(update_fields=["error"])


@jobs.works("pictures.write")
def write(run: ImportRun, progress: Progress) -> None:
    """Encode and store the new pictures, then add them all in one act."""
    if run.stage != ImportStep.WRITING:
        return
    rows = list(run.rows.order_by("number"))
    stored = _stored(run, rows, progress)
    with transaction.atomic():
        fresh = _held(run)
        if fresh.stage != ImportStep.WRITING:
            return
        by = _person(fresh)
        plan = judge([_look(row) for row in rows], by)
        if plan.digest != fresh.digest:
            said = _(
                "The register changed since the check; please look at the preview "
                "again."
            )
            _keep(fresh, plan, fresh.counts.get("left_out", 0), said)
            return
        reason = _("Import of “%(file)s”") % {"file": fresh.file_name}
        with acts.act(by=by, reason=reason) as running:
            _add(plan, stored, by=by, reason=reason)
        _forget_file(fresh)
        finish(
            fresh,
            ImportStep.WRITTEN,
            act_id=running.id,
            written_at=timezone.now(),
        )


def _look(row: ImportRow) -> Look:
    """Return what was seen of a file when it was checked."""
    cells = {key: new for key, _old, new in row.cells}
    name = cells[FILE]
    sha256 = cells[HASH]
    fault = "" if sha256 else row.faults[0][2]
    return Look(row.number, name, code_of(name), sha256, fault)


def _stored(
    run: ImportRun, rows: list[ImportRow], progress: Progress
) -> dict[int, dict[str, Any]]:
    """Encode and store each new picture, one at a time; return what photos keep."""
    new = {row.number for row in rows if row.fate == RowFate.NEW}
    found: dict[int, dict[str, Any]] = {}
    with private_storage().open(run.file) as file:
        archive = PictureZip(cast(IO[bytes], file))
        for number, entry in enumerate(archive.entries, start=1):
            if number in new:
                progress(len(found), len(new), "writing")
                picture = take_picture(io.BytesIO(archive.read(entry)))
                found[number] = store(picture, private_storage()).as_json()
    return found


def _add(
    plan: Plan, stored: dict[int, dict[str, Any]], *, by: User, reason: str
) -> None:
    """Add photos, product by product: an edit, or an officer's proposal."""
    wanted: dict[int, list[int]] = {}
    proposed = set()
    for row in plan.rows:
        if row.fate == RowFate.NEW and row.object_id is not None:
            wanted.setdefault(row.object_id, []).append(row.number)
            if row.is_proposal:
                proposed.add(row.object_id)
    for pk in sorted(wanted):
        product = Product.objects.get(pk=pk)
        places = list(product.photos.values_list("position", flat=True))
        start = max(places, default=-1) + 1
        photos = tuple(
            Photo(
                picture=stored[number],
                position=start + at,
                is_main=not places and at == 0,
            )
            for at, number in enumerate(wanted[pk])
        )
        changes = Changes(children={"photos": ChildChanges(added=photos)})
        if pk in proposed:
            proposals.propose(
                product,
                changes,
                by=by,
                version=product.version,
                # None was open when the files were judged.
                proposal_version=0,
                reason=reason,
                submit=True,
            )
        else:
            records.edit(product, changes, by=by, reason=reason)


@jobs.works("pictures.undo")
def take_pictures_back(run: ImportRun, progress: Progress) -> None:
    """Take back what was added, as one act; or say what is in the way."""
    with transaction.atomic():
        fresh = _held(run)
        if fresh.stage == ImportStep.UNDOING:
            take_back(fresh, by=_person(fresh), progress=progress)
