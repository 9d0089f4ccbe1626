"""Check that every text of the code and the templates has its Thai.

Fails on a text without a Thai one, a doubtful (fuzzy) one, a placeholder that got
lost on the way, and a Thai text that nothing asks for any more. Texts are read
with Babel, so GNU gettext is not needed.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings")

import django  # noqa: E402
from django.utils.translation.template import templatize  # noqa: E402

APPS = ("cluster_portal", "reports", "strategies", "products", "members", "registry")
CATALOG = ROOT / "locale" / "th" / "LC_MESSAGES" / "django.po"
#: What marks a text, and which of its arguments is what (gettext's own notation).
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")

#: A text as the catalogue knows it: context, and the text or its singular.
Key = tuple[str | None, str]


def main() -> int:
    """Print every fault with its place, and return how the process shall end."""
    django.setup()
    thai = Catalog(locale="th")
    if CATALOG.exists():
        with CATALOG.open("rb") as handle:
            thai = read_po(handle, locale="th")
    asked = {key: place for path in sources() for key, place in texts(path)}
    faults = [
        *missing(asked, thai),
        *doubtful(thai),
        *unasked(asked, thai),
    ]
    for fault in sorted(faults):
        print(fault)
    print(f"Translations: {len(asked)} texts, {len(faults)} faults.")
    return 1 if faults else 0


def sources() -> Iterator[Path]:
    """Give every file that may hold a text for people."""
    for app in APPS:
        yield from (
            path
            for path in (ROOT / app).rglob("*.py")
            if "migrations" not in path.parts
        )
    for folder in (ROOT / "templates", *(ROOT / app / "templates" for app in APPS)):
        yield from (path for path in folder.rglob("*") if path.is_file())


def texts(path: Path) -> Iterator[tuple[Key, str]]:
    """Give each text of a file with the place where it stands."""
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django turns a template into calls of gettext; what is left between them
        # must not look like the indentation of a program.
        code = templatize(content, origin=str(path))
        content = "\n".join(line.strip() for line in code.splitlines())
    stream = io.BytesIO(content.encode())
    for line, found, _comments, context in extract("python", stream, KEYWORDS):
        singular = found if isinstance(found, str) else found[0]
        if singular:
            yield (context, singular), f"{path.relative_to(ROOT)}:{line}"


def missing(asked: dict[Key, str], thai: Catalog) -> Iterator[str]:
    """Name texts without a Thai one."""
    for (context, text), place in asked.items():
        message = thai.get(text, context)
        if message is None or not all(strings(message)):
            yield f"{place}: no Thai for {text!r}"


def doubtful(thai: Catalog) -> Iterator[str]:
    """Name Thai texts that are fuzzy or lost a placeholder."""
    for message in entries(thai):
        if message.fuzzy:
            yield f"{CATALOG.name}: fuzzy {message.id!r}"
        asked = forms(message)[-1]
        wanted = set(PLACEHOLDER.findall(asked))
        for string in strings(message):
            lost = wanted ^ set(PLACEHOLDER.findall(string))
            if string and lost:
                yield f"{CATALOG.name}: {sorted(lost)} differ in {asked!r}"


def unasked(asked: dict[Key, str], thai: Catalog) -> Iterator[str]:
    """Name Thai texts that neither our code nor an installed package asks for."""
    foreign = texts_of_packages()
    for message in entries(thai):
        singular = forms(message)[0]
        if (message.context, singular) not in asked and singular not in foreign:
            yield f"{CATALOG.name}: nothing asks for {singular!r}"


def texts_of_packages() -> set[str]:
    """Collect what Django and its companions have translated: ours completes theirs."""
    packages = Path(django.__file__).parent.parent
    found: set[str] = set()
    for name in ("django", "allauth", "simple_history", "django_filters"):
        # A language that is complete holds every text; English and German are.
        for language in ("en", "de"):
            for path in (packages / name).rglob(f"locale/{language}/**/django.po"):
                with path.open("rb") as handle:
                    found.update(forms(each)[0] for each in entries(read_po(handle)))
    return found


def entries(catalog: Catalog) -> Iterator[Message]:
    """Give the messages without the header, which is the empty text."""
    return (message for message in catalog if message.id)


def forms(message: Message) -> list[str]:
    """Return the text that was asked for: itself, or singular and plural."""
    return as_list(message.id)


def strings(message: Message) -> list[str]:
    """Return the translations of a message, one for each plural form."""
    return as_list(message.string)


def as_list(text: Any) -> list[str]:
    """Give Babel's texts one shape: a single one is a string, several are a tuple."""
    return [text] if isinstance(text, str) else [*text]


if __name__ == "__main__":
    sys.exit(main())
