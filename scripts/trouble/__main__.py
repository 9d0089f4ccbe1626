"""``python -m scripts.trouble KIND SEED KILLS``: trouble, on a database of its own.

Called by ``scripts/trouble.sh``, which makes that database and empties it between two
kinds. Ends with 1 and the seed where something is not as it must be.
"""

import os
import signal
import sys

import django


def main(kind: str, seed: int, kills: int) -> None:
    """Make one kind of trouble, and look at what is left."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings")
    django.setup()
    # Django must be ready before models are.
    from scripts.trouble.asking import Wrong
    from scripts.trouble.backups import try_backups
    from scripts.trouble.disks import try_disks
    from scripts.trouble.workers import try_workers
    from scripts.trouble.writers import try_writers

    kinds = {
        "workers": try_workers,
        "writers": try_writers,
        "disks": try_disks,
        "backups": try_backups,
    }
    try:
        kinds[kind](seed, kills)
    except Wrong as wrong:
        sys.exit(f"WRONG: {wrong} (seed {seed})")


if __name__ == "__main__":
    # Told to stop, it takes the servers it started with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
