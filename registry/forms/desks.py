"""Forms of a desk, made for the person who fills them in."""

from typing import Any

from django.forms import BaseForm, Media, inlineformset_factory
from django.forms.widgets import Script
from django.utils.text import capfirst

from registry.desks import ChildPart, Desk
from registry.enums import Role
from registry.forms.rows import ChildFormSet, KeptForm
from registry.models import User, parent_key

SCRIPTS: Any = [Script(f"js/{name}.js", defer=True) for name in ("rows", "photos")]
PART_MEDIA = Media(css={"all": ["css/photos.css"]}, js=SCRIPTS)


def form_for(desk: Desk, user: User, **told: Any) -> Any:
    """Return the form's class for a person; it knows who types.

    Instantiate it with ``data, files, instance=row``: it makes all its fields
    itself, with choices that end at the person's scope. ``told`` is put on the
    class too (``refusal=…``).

    :raises LookupError: if the desk has none for a producer's account.
    """
    form = desk.producer_form if user.role == Role.PRODUCER else desk.form
    if form is None:
        raise LookupError(desk.slug)
    return type(form.__name__, (OnDesk, form), {"user": user, **told})


class OnDesk(KeptForm):
    """A record's form on a page of agencies or reviewers, with the scripts of files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        for field in self.fields.values():
            field.label = field.label and capfirst(field.label)

    @property
    def media(self) -> Media:
        return super().media + PART_MEDIA


class Part(ChildFormSet):
    """Rows of a part on a page of agencies or reviewers, with their scripts."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {"label_suffix": ""} | super().get_form_kwargs(index)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.label = field.label and capfirst(field.label)

    @property
    def media(self) -> Media:
        return super().media + PART_MEDIA


def formset_for(desk: Desk, part: ChildPart, user: User, *, extra: int = -1) -> Any:
    """Return the formset's class of a part; its forms know who types.

    Its prefix is the part's name: ``formset(data, files, instance=row,
    prefix=part.name)``. ``extra`` is the number of empty forms, else the part's.
    """
    form: Any = type(part.form.__name__, (part.form,), {"user": user})
    made: type[BaseForm] | Any = inlineformset_factory(
        desk.model,
        part.model,
        form=form,
        formset=type("Rows", (Part, part.formset or ChildFormSet), {}),
        fk_name=parent_key(desk.model, part.name),
        extra=part.extra if extra < 0 else extra,
        max_num=part.most,
        absolute_max=part.most + 100,
    )
    return made
