"""Photos of products."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from products.models import Photo
from registry.files import private_url
from registry.forms import ChildForm, ChildFormSet, PictureField, house_field

#: Photos of one product (safety.md, limits).
MOST_PHOTOS = Photo.AT_MOST


class PhotoForm(ChildForm):
    """A photo; the picture is looked at before anything is kept."""

    APART = ChildForm.APART | {"upload"}

    upload = PictureField(label=_("picture file"))

    class Meta:
        model = Photo
        fields = ("alt_th", "alt_en", "is_main", "is_illustration", "position")
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = self.instance.pk is None

    @property
    def kept_url(self) -> str:
        """Return the address of the kept picture, small; empty for a new row."""
        name = self.instance.picture.get("card", {}).get("webp", "")
        return private_url(self.instance, name) if name and self.instance.pk else ""

    def derived(self) -> Mapping[str, Any]:
        """Return the stored picture."""
        picture = self.cleaned_data.get("upload")
        return {"picture": picture.kept} if picture else {}


def _place(form: Any) -> tuple[bool, int]:
    """Return where a photo is to stand; one without a number stands last."""
    typed = form.cleaned_data.get("position")
    return typed is None, typed or 0


class PhotoFormSet(ChildFormSet):
    """Photos of a product, of which exactly one is the main one."""

    def clean(self) -> None:
        super().clean()
        left: list[Any] = [
            form
            for form in self.forms
            if form not in self.deleted_forms
            and (form.instance.pk is not None or form.has_changed())
            and hasattr(form, "cleaned_data")
        ]
        if len(left) > MOST_PHOTOS:
            raise ValidationError(
                _("A product has at most %(count)d photos."),
                params={"count": MOST_PHOTOS},
            )
        ticked = [form for form in left if form.cleaned_data.get("is_main")]
        # Who ticks another photo means that one, and need not untick the old.
        fresh = [form for form in ticked if "is_main" in form.changed_data]
        main = (fresh or ticked or sorted(left, key=_place))[:1]
        if len(fresh) > 1:
            raise ValidationError(_("A product has one main photo."))
        for form in left:
            form.is_the_main = [form] == main
            form.instance.is_main = form.is_the_main

    def _values(self, form: Any) -> dict[str, Any]:
        found = super()._values(form)
        found.pop("is_main", None)
        if form.is_the_main != form.initial.get("is_main"):
            found["is_main"] = form.is_the_main
        return found

    def child_changes(self) -> Any:
        """Return the changes; the photo that was main stops being it first.

        The database allows one at a time.
        """
        found = super().child_changes()
        stops_first = sorted(
            found.changed.items(), key=lambda item: bool(item[1].get("is_main"))
        )
        return type(found)(
            added=found.added,
            changed=dict(stops_first),
            removed=found.removed,
            order=found.order,
        )
