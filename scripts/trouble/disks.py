"""A disk that is full: nothing half is kept, and the person gets a sentence."""

import io
import os
import random
import resource
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from registry.uploads import UploadRefused, take_upload
from scripts.trouble.asking import require

#: Sizes of files, in bytes, beyond which the disk takes nothing.
MOST = 12_000


def try_disks(seed: int, kills: int) -> None:
    """Send ``kills`` pictures to a disk that is full after a random number of bytes.

    :raises Wrong: if anything of a refused picture is left.
    """
    chance = random.Random(seed)  # noqa: S311 - trouble, not a secret
    folder = Path(settings.PRIVATE_ROOT)
    before = files_below(folder)
    for number in range(kills):
        picture = noise(chance)
        code = in_full_disk(picture, chance.randrange(MOST))
        require(code == 0, f"picture {number} got no sentence, but {code}")
        require(files_below(folder) == before, f"picture {number} left a file")
    upload = take_upload(SimpleUploadedFile("p.jpg", noise(chance)), "picture")
    require(all((folder / name).exists() for name in upload.names), "room again")
    print(f"disks: {kills} pictures refused by a full disk; nothing left of any")


def in_full_disk(picture: bytes, room: int) -> int:
    """Take a picture in a process that may write files of ``room`` bytes at most.

    Return 0 where it was refused with a sentence.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        try:
            take_upload(SimpleUploadedFile("p.jpg", picture), "picture")
            code = 2
        except UploadRefused as refusal:
            code = 0 if str(refusal) else 3
    finally:
        os._exit(code)


def noise(chance: random.Random) -> bytes:
    """Return a picture whose largest encoding is larger than the room."""
    file = io.BytesIO()
    size = (400, 300)
    image = Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def files_below(folder: Path) -> set[Path]:
    """Return every file, hidden ones too."""
    return {each for each in folder.rglob("*") if each.is_file()}
