"""Writers with a ledger, and a server that is killed every few seconds.

People save producers with pictures, new ones and changes of earlier ones, by the real
forms over HTTP. What was acknowledged is written into a ledger. Processes of the web
server, all of them at once, and on PostgreSQL those of the database are killed with
SIGKILL. Afterwards nothing acknowledged is lost, nothing is there twice, and nothing
half: picture files, history, code and search row of each are there as well.
"""

import hashlib
import io
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from PIL import Image

from cluster_portal.backup.making import stored_names
from members import derived
from members.models import Member
from registry.actions.accounts import open_account
from registry.enums import Role
from registry.models import Agency, Code, FormKey, Subdistrict
from registry.pictures import StoredPicture
from registry.sessions import begin
from registry.sweeping import missing_files
from scripts.trouble.asking import Wrong, require
from scripts.trouble.server import Browser, NoAnswer, Server, errors_of

WRITERS = 3
PROVINCE = "42"
ADD = "/workspace/members/add/"
#: So many seconds after something was saved the next kill comes.
CALM = (0.0, 1.5)
#: Seconds to wait for the next thing that is saved.
PATIENCE = 60


@dataclass(frozen=True)
class Save:
    """One thing sent: its story, the hash of its picture, and whether it was heard."""

    story: str
    picture: str
    #: False: no answer came, and it was not sent again.
    is_known: bool


@dataclass
class Entry:
    """A producer of the ledger, and what was sent of it."""

    name: str
    #: True: acknowledged. None: no answer, and not sent again. False: refused.
    is_there: bool | None = None
    pk: int = 0
    #: In their order.
    saves: list["Save"] = field(default_factory=list)


class Writer(threading.Thread):
    """Somebody who enters and changes producers, one after the other."""

    def __init__(self, number: int, seed: int, server: Server, session: str) -> None:
        super().__init__(name=f"writer {number}")
        self.number = number
        self.chance = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
        self.browser = Browser(server.port, session)
        self.ledger: list[Entry] = []
        self.counts: Counter[str] = Counter()
        self.stop = threading.Event()
        self.fault = ""

    def run(self) -> None:
        """Write until asked to stop."""
        while not self.stop.is_set() and not self.fault:
            known = [each for each in self.ledger if each.is_there]
            if known and self.chance.random() < 0.4:
                self.change(self.chance.choice(known))
            else:
                self.enter()

    def enter(self) -> None:
        """Enter a new producer with a picture."""
        apart = hashlib.sha256(f"{self.number} {len(self.ledger)}".encode()).hexdigest()
        entry = Entry(f"กลุ่มผู้เขียน {apart[:28]}")
        fields = self.opened(ADD)
        if not fields:
            return
        fields |= {
            "name_th": entry.name,
            "subdistrict": subdistrict_name(),
            "contacts-0-kind": "mobile",
            "contacts-0-value": f"08{self.chance.randint(12345678, 98765432)}",
        }
        self.ledger.append(entry)
        story = f"เรื่องแรกของ {apart[:12]}"
        entry.is_there = self.sent(entry, ADD, fields, story)

    def change(self, entry: Entry) -> None:
        """Change story and picture of one that is there."""
        address = f"/workspace/members/{entry.pk}/"
        fields = self.opened(address)
        if not fields:
            return
        # The empty row below those that are there stays unsent.
        fields["contacts-TOTAL_FORMS"] = fields["contacts-INITIAL_FORMS"]
        self.sent(entry, address, fields, f"เรื่องที่ {len(entry.saves) + 1}")

    def saves(self) -> list[Save]:
        """Return everything this writer sent."""
        return [save for entry in list(self.ledger) for save in list(entry.saves)]

    def opened(self, address: str) -> dict[str, str]:
        """Return the form at an address; nothing if the server is away."""
        try:
            return self.browser.form(address)
        except NoAnswer:
            self.counts["form not opened"] += 1
            time.sleep(0.1)
            return {}

    def sent(
        self, entry: Entry, address: str, fields: dict[str, str], story: str
    ) -> bool | None:
        """Send a form until it is answered, or leave it; write down what was said."""
        picture = drawn(self.chance)
        digest = hashlib.sha256(picture).hexdigest()
        fields = fields | {"story_th": story}
        again = 0
        while True:
            try:
                status, led_to, page = self.browser.send(
                    address, fields, {"portrait_upload": picture}
                )
            except NoAnswer:
                if again < 20 and self.chance.random() < 0.7:
                    # The very same form: sent twice, it saves once.
                    again += 1
                    time.sleep(0.3)
                    continue
                self.counts["no answer"] += 1
                entry.saves.append(Save(story, digest, is_known=False))
                return None
            break
        if status != 302:
            self.fault = f"{address} answered {status}: {errors_of(page)}"
            return False
        entry.pk = int(led_to.rstrip("/").rpartition("/")[2])
        entry.saves.append(Save(story, digest, is_known=True))
        self.counts["acknowledged, sent again" if again else "acknowledged"] += 1
        return True


def drawn(chance: random.Random) -> bytes:
    """Return a picture that no other is like."""
    file = io.BytesIO()
    image = Image.frombytes("RGB", (24, 18), chance.randbytes(24 * 18 * 3))
    image.resize((640, 480)).save(file, "JPEG")
    return file.getvalue()


_places: list[str] = []


def subdistrict_name() -> str:
    """Return a place that the form understands."""
    if not _places:
        row = Subdistrict.objects.filter(district__province=PROVINCE).order_by("pk")[0]
        _places.append(f"{row.name_th} {row.district.name_th} {row.district.province}")
    return _places[0]


# --- The trouble ----------------------------------------------------------------------


def try_writers(seed: int, kills: int) -> None:
    """Kill ``kills`` times while three people write.

    :raises Wrong: if anything acknowledged is lost, doubled or half there.
    """
    chance = random.Random(seed)  # noqa: S311 - trouble, not a secret
    if connection.vendor == "postgresql":
        # The throw-away server is in a hurry; what it acknowledges must be written.
        with connection.cursor() as cursor:
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
    before = Code.objects.count()
    subdistrict_name()
    server = Server()
    server.start()
    writers = [
        Writer(number, seed, server, session_of(number)) for number in range(WRITERS)
    ]
    killed: Counter[str] = Counter()
    saved = 0
    try:
        for writer in writers:
            writer.start()
        for _kill in range(kills):
            saved = wait_for_save(writers, saved)
            time.sleep(chance.uniform(*CALM))
            how = chance.choices(ways(), [3, 2, 2][: len(ways())])[0]
            server.kill(how, chance)
            killed[how] += 1
        wait_for_save(writers, saved)
    finally:
        for writer in writers:
            writer.stop.set()
        for writer in writers:
            writer.join()
        server.stop()
    found = sum((writer.counts for writer in writers), Counter())
    print(f"writers: {kills} kills {dict(killed)}; {dict(found)}")
    for writer in writers:
        require(not writer.fault, writer.fault)
    entries = [entry for writer in writers for entry in writer.ledger]
    require(found["acknowledged"] > kills / 2, "hardly anything was written")
    there = look(entries)
    require(Code.objects.count() - before == there, "codes and producers differ")
    look_at_files()
    print(
        f"writers: 0 lost, doubled or half saved: {there} producers of "
        f"{len(entries)} sent, {sum(len(each.saves) for each in entries)} saves"
    )


def wait_for_save(writers: list[Writer], before: int) -> int:
    """Wait until more than ``before`` was acknowledged; return how much.

    :raises Wrong: if a writer met a fault, or nothing is saved any more.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for writer in writers:
            require(not writer.fault, writer.fault)
        now = sum(each.is_known for writer in writers for each in writer.saves())
        if now > before:
            return now
        time.sleep(0.02)
    raise Wrong("Nothing was saved for a minute.")


def ways() -> list[str]:
    """Return what can be killed here."""
    return ["process", "all"] + ["database"] * (connection.vendor == "postgresql")


def session_of(number: int) -> str:
    """Return the session of a new officer who is signed in."""
    agency = Agency.objects.filter(provinces=PROVINCE).order_by("pk").first()
    person = open_account(
        f"writer{number}@trouble.example",
        password=None,
        role=Role.OFFICER,
        name_th=f"ผู้เขียน {number}",
        agency=agency,
        by=None,
    )
    client = Client()
    client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
    session = client.session
    begin(session)
    session.save()
    return str(session.session_key)


# --- What is left ---------------------------------------------------------------------


def look(entries: list[Entry]) -> int:
    """Look at every producer that was sent; return how many are there.

    :raises Wrong: at the first that is not as it must be.
    """
    keys = []
    for entry in entries:
        rows = list(Member.objects.filter(name_th=entry.name))
        least = 1 if entry.is_there else 0
        most = 0 if entry.is_there is False else 1
        require(least <= len(rows) <= most, f"{entry.name} is there {len(rows)} times")
        for row in rows:
            look_at_row(entry, row)
            keys.append(row.pk)
    wrong = list(derived.differences(keys))
    require(not wrong, f"kept columns or search rows: {wrong[:3]}")
    known = Member.objects.filter(name_th__startswith="กลุ่มผู้เขียน ").count()
    require(known == len(keys), f"{known - len(keys)} producers nobody sent")
    return len(keys)


def look_at_row(entry: Entry, row: Any) -> None:
    """Look at one producer: its story, history, code, key, search row and picture."""
    what = f"{row.code} ({entry.name})"
    past = list(row.history.order_by("history_id").values_list("story_th", flat=True))
    for save in entry.saves:
        times = past.count(save.story)
        is_right = times == 1 or (not save.is_known and not times)
        require(is_right, f"{what}: {save.story} {times}×")
    require(len(past) == len(set(past)) == row.version, f"{what}: version and history")
    require(past[-1] == row.story_th, f"{what}: newest history is another")
    known = [at for at, save in enumerate(entry.saves) if save.is_known]
    latest = entry.saves[known[-1] if known else 0 :]
    is_kept = row.story_th in {save.story for save in latest}
    require(is_kept, f"{what}: an acknowledged change was undone")
    digests = {save.story: save.picture for save in entry.saves}
    picture = StoredPicture.from_json(row.portrait)
    require(picture.sha256 == digests[row.story_th], f"{what}: picture of another save")
    for name in picture.all_names:
        require(storages["private"].exists(name), f"{what}: {name} is missing")
    require(Code.objects.filter(pk=row.code).exists(), f"{what}: code")
    require(row.contacts.count() == 1, f"{what}: {row.contacts.count()} contacts")
    keys = FormKey.objects.filter(model="members.Member", object_id=row.pk)
    require(keys.count() == len(past), f"{what}: {keys.count()} keys of forms")
    found = Member.objects.search(entry.name).values_list("pk", flat=True)
    require(list(found) == [row.pk], f"{what}: found by search {list(found)}")


def look_at_files() -> None:
    """See that every stored file is whole, and every named one there.

    :raises Wrong: if one is not.
    """
    shelves = [storages["public"], storages["private"]]
    missing = missing_files(shelves)
    require(not missing, f"files missing: {missing[:3]}")
    for shelf in shelves:
        for name in stored_names(shelf, "pictures"):
            try:
                with shelf.open(name) as file, Image.open(file) as image:
                    image.load()
            except OSError as fault:
                raise Wrong(f"{name} is half a picture") from fault
