"""Bring the portal's data up to the code, before web server and worker start.

``scripts/run.sh`` calls it with the name of a file, and prints what that file
then says once the web server answers. One process for all steps: starting
Django costs more than most of them.

``DEMO=0`` prepares an empty register instead of the demonstration.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402

#: The return code of the CommandError by which ``demo`` says that the database
#: holds somebody's own records.
HOLDS_OWN_RECORDS = 3
ACCOUNTS = (
    ("officer.loei@demo.example", "officer of an agency in Loei"),
    ("producer.loei@demo.example", "producer in Loei: its own page at /workspace/"),
    ("reviewer.loei@demo.example", "reviewer of Loei: what waits, at /review/"),
    ("official@demo.example", "official: reports and files at /reports/"),
    ("admin@demo.example", "administrator"),
    ("officer.lamphun@demo.example", "officer of another province"),
    ("reviewer.lamphun@demo.example", "reviewer of another province"),
)


def main() -> None:
    """Run each step and leave what the person at the keyboard should know."""
    django.setup()
    say("database")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if os.environ.get("DEMO", "1") == "0":
        say("places, marks, categories and offices")
        call_command("setup")
        note = ""
    else:
        say("demonstration")
        note = load_demonstration()
    if not static_files_are_fresh():
        say("static files")
        call_command("collectstatic", interactive=False, verbosity=0)
    Path(sys.argv[1]).write_text(note, encoding="utf-8")


def say(step: str) -> None:
    """Name the step that now takes its time."""
    print(f"Preparing: {step} …", flush=True)


def load_demonstration() -> str:
    """Load the demonstration and return its accounts, or why it was not loaded."""
    try:
        call_command("demo")
    except CommandError as refusal:
        if refusal.returncode != HOLDS_OWN_RECORDS:
            raise
        return "Without the demonstration: the database holds records of its own.\n"
    lines = ["Demonstration accounts:"]
    lines += [f"  {email:<32} {who}" for email, who in ACCOUNTS]
    lines.append(f"Password of all: {settings.DEMO_PASSWORD}")
    return "\n".join(lines) + "\n"


def static_files_are_fresh() -> bool:
    """Tell whether no source of a static file is newer than the collected ones.

    A deleted file goes unnoticed, and harms nothing.
    """
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return False
    sources = [
        ROOT / "requirements.txt",
        ROOT / "registry" / "fonts.py",
        *(ROOT / "static").rglob("*"),
        *ROOT.glob("*/static/**/*"),
    ]
    collected_at = manifest.stat().st_mtime
    return all(
        source.stat().st_mtime <= collected_at for source in sources if source.exists()
    )


if __name__ == "__main__":
    try:
        main()
    except CommandError as refusal:
        # A sentence for the person at the keyboard, not a traceback.
        print(refusal, file=sys.stderr)
        sys.exit(refusal.returncode)
