"""The static files can be collected as in production: hashed, compressed, complete."""

import json

from django.core.management import call_command


def test_every_file_a_style_sheet_names_is_there(settings, tmp_path):
    # The test settings serve without collecting. A file that a style sheet names
    # and nobody has stops the manifest storage with its name.
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        },
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    manifest = json.loads((tmp_path / "staticfiles.json").read_text("utf-8"))
    assert any(name.endswith(".css") for name in manifest["paths"])
