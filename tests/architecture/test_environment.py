"""The example of the environment lists what the code reads, and nothing else."""

import re
from pathlib import Path

from django.conf import settings

READERS = ("cluster_portal/settings.py", "gunicorn.conf.py")
APPS = ("cluster_portal", "reports", "strategies", "products", "members", "registry")
NAME = re.compile(r"""(?:env\.\w+|environ\.get|environ)[(\[]\s*["']([A-Z_]+)["']""")


def text_of(name: str) -> str:
    return Path(settings.BASE_DIR, name).read_text("utf-8")


def test_env_example_lists_every_variable_the_code_reads():
    read = {name for reader in READERS for name in NAME.findall(text_of(reader))}
    listed = set(re.findall(r"^#([A-Z_]+)=", text_of(".env.example"), re.MULTILINE))

    assert listed == read


def test_no_module_beside_settings_reads_the_environment():
    readers = [
        str(path.relative_to(settings.BASE_DIR))
        for app in APPS
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
        if NAME.search(path.read_text("utf-8"))
    ]

    assert readers == ["cluster_portal/settings.py"]
