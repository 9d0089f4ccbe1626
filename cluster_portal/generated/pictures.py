"""Pictures of the generated register: the demonstration's drawings, shared by all."""

import io
from typing import Any

from cluster_portal.demo.drawings import DRAWINGS, png_of
from registry.pictures import store, take_picture
from registry.storages import private_storage

#: Where goods are made: producers show it, and so do further photos of goods.
SCENES = ("loom", "kitchen", "orchard", "street")


class Pictures:
    """Drawings as records keep them; each is drawn when the first one shows it."""

    def __init__(self) -> None:
        self._stored: dict[str, dict[str, Any]] = {}

    def named(self, name: str) -> dict[str, Any]:
        """Return a drawing, stored privately. The first time, a third of a second."""
        found = self._stored.get(name)
        if found is None:
            picture = take_picture(io.BytesIO(png_of(name)))
            found = store(picture, private_storage()).as_json()
            self._stored[name] = found
        return found

    @property
    def drawn(self) -> list[dict[str, Any]]:
        """Return all that something shows."""
        return list(self._stored.values())


def alt_texts(name: str) -> dict[str, str]:
    """Return what a drawing shows, in both languages."""
    drawing = DRAWINGS[name]
    return {
        "alt_th": f"ภาพวาดประกอบ: {drawing.shows_th}",
        "alt_en": f"Illustration: {drawing.shows_en}",
    }
