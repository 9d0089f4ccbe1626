"""Sets one document, as a process of its own: ``python press.py FOLDER FONTS MOMENT``.

Typst keeps what it worked out for the next ten documents, hundreds of megabytes of a
book, and threads that no fork survives. Here both end with the document. Nothing of
the portal is loaded: that would take longer than the page.
"""

import sys
from pathlib import Path
from typing import Any

import typst

#: Accessible to all (PDF/UA), and readable for as long as archives are.
STANDARDS = ["ua-1", "a-2a"]


def main(folder: Path, fonts: str, moment: int) -> None:
    """Set ``main.typ`` of a folder with its ``data.json``; leave ``made.pdf`` there."""
    # Its stubs ask for source and folder to be of one type.
    compile_source: Any = typst.compile
    compile_source(
        (folder / "main.typ").read_bytes(),
        output=str(folder / "made.pdf"),
        root=str(folder),
        format="pdf",
        font_paths=typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[fonts],
        ),
        ignore_system_fonts=True,
        sys_inputs={"data": (folder / "data.json").read_text("utf-8")},
        pdf_standards=STANDARDS,
        timestamp=moment,
    )


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    except typst.TypstError as refusal:
        sys.exit(f"{refusal.message} {refusal.hints}")
