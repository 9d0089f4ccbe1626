"""What becomes of each picture of a ZIP: new, the same, or bad with its reason."""

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from products.models import Photo, Product
from products.picture_zip.gate import PictureZip
from registry import rules
from registry.enums import RecordStatus, RowFate
from registry.importing.kinds import PlannedRow
from registry.importing.records.planning import LOCKED, NOT_YOURS, TAKEN_UP
from registry.jobs import Progress
from registry.models import Code, Proposal, User
from registry.pictures import PictureRefused, look_at

LABEL = Product._meta.label
#: What the columns of a kept row are called.
FILE, HASH = "file", "sha256"


@dataclass(frozen=True, slots=True)
class Look:
    """A file of a ZIP that was looked at: a picture by its hash, or why it is none."""

    number: int
    name: str
    code: str
    sha256: str = ""
    fault: str = ""


@dataclass
class Plan:
    """What is done about every file; ``digest`` tells two plans apart."""

    rows: list[PlannedRow]
    digest: str

    def counts(self, left_out: int) -> dict[str, int]:
        """Return the counts of the run: rows = new + same + bad, always."""
        found = {"rows": len(self.rows)}
        for fate in RowFate:
            found[fate.value] = sum(row.fate == fate for row in self.rows)
        found["proposals"] = sum(row.is_proposal for row in self.rows)
        found["left_out"] = left_out
        return found


def look(archive: PictureZip, progress: Progress | None = None) -> list[Look]:
    """Look at every file, one at a time."""
    found = []
    for number, entry in enumerate(archive.entries, start=1):
        if progress is not None:
            progress(number - 1, len(archive.entries), "checking")
        sha256 = fault = ""
        if not entry.code:
            fault = _(
                "The name does not begin with the code of a product (such as "
                "42-P-00128)."
            )
        elif not entry.is_picture:
            fault = _("This is no picture (JPEG, PNG, WebP or AVIF).")
        else:
            try:
                sha256 = look_at(io.BytesIO(archive.read(entry)))
            except PictureRefused as refusal:
                fault = str(refusal)
        found.append(Look(number, entry.name, entry.code, sha256, fault))
    return found


def judge(looks: Sequence[Look], by: User) -> Plan:
    """Say what becomes of the files, as the register stands now. Five queries."""
    register = _Register({each.code for each in looks if each.sha256}, by)
    rows = [register.row(each) for each in looks]
    digest = hashlib.sha256()
    for row, each in zip(rows, looks, strict=True):
        told = (row.number, row.fate, row.object_id, row.is_proposal, each.sha256)
        digest.update(repr(told).encode())
    return Plan(rows, digest.hexdigest())


class _Register:
    """The products that files name, and their photos."""

    def __init__(self, codes: Iterable[str], by: User) -> None:
        self.by = by
        wanted = set(codes)
        moved = Code.objects.filter(pk__in=wanted, superseded_by__isnull=False)
        self.into = dict(moved.values_list("pk", "superseded_by_id"))
        wanted |= {str(code) for code in self.into.values()}
        visible = Product.objects.visible_to(by).filter(code__in=wanted)
        self.products = {str(each.code): each for each in visible}
        keys = [each.pk for each in self.products.values()]
        self.hashes: dict[int, set[str]] = defaultdict(set)
        self.counts: Counter[int] = Counter()
        photos = Photo.objects.filter(product__in=keys)
        for product, sha256 in photos.values_list("product_id", "sha256"):
            self.hashes[product].add(sha256)
            self.counts[product] += 1
        proposals = Proposal.objects.open().filter(model=LABEL, object_id__in=keys)
        self.taken = set(proposals.values_list("object_id", flat=True))

    def row(self, look: Look) -> PlannedRow:
        """Return what becomes of one file."""
        row = PlannedRow(look.number, RowFate.BAD, look.name)
        row.cells = [(FILE, "", look.name), (HASH, "", look.sha256)]
        product = self.products.get(str(self.into.get(look.code, look.code)))
        fault = look.fault or self._fault(product)
        if product is not None:
            row.name = f"{product.code} {product.name_th} – {look.name}"[:300]
        if fault or product is None:
            row.faults.append((FILE, look.name, fault))
            return row
        row.model, row.object_id = LABEL, product.pk
        if look.sha256 in self.hashes[product.pk]:
            row.fate = RowFate.SAME
            return row
        if self.counts[product.pk] >= Photo.AT_MOST:
            full = _("A product has at most %(count)d photos.")
            row.faults.append((FILE, look.name, full % {"count": Photo.AT_MOST}))
            return row
        self.hashes[product.pk].add(look.sha256)
        self.counts[product.pk] += 1
        row.fate = RowFate.NEW
        row.is_proposal = not rules.allowed("edit", self.by, product)
        return row

    def _fault(self, product: Product | None) -> str:
        """Return why nothing can be added to a product; empty if it can."""
        if product is None:
            return _("There is no product of this code, or it is not yours.")
        if rules.allowed("edit", self.by, product):
            return ""
        if product.status == RecordStatus.SUBMITTED:
            return str(LOCKED)
        if not rules.allowed("propose", self.by, product):
            return str(NOT_YOURS)
        return str(TAKEN_UP) if product.pk in self.taken else ""
