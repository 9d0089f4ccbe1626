"""What people type about producers."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from members.models import Member
from registry.enums import RecordStatus, Role
from registry.forms import KeptForm, PickedFields, PictureField, house_field
from registry.models import Agency
from registry.picks import DISTRICT, SUBDISTRICT
from registry.thai.fields import ThaiCharField
from registry.thai.identifiers import (
    digits_of,
    keyed_hash,
    last_four,
    valid_juristic,
    valid_pin,
)
from registry.thai.text import fold

#: Members of the same name that are shown as possible duplicates.
SHOWN_DUPLICATES = 5


class MemberForm(KeptForm):
    """A producer; the subdistrict names the district, and both the postcode."""

    APART = KeptForm.APART | {"leader_id", "portrait_upload", "is_different"}
    #: Kept as a hash alone, so in no draft of the form either.
    SECRET = frozenset({"leader_id"})

    leader_id = ThaiCharField(
        label=_("leader’s identity number"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    portrait_upload = PictureField(label=_("new picture"), required=False)
    is_different = forms.BooleanField(
        label=_("It is a different producer; enter it all the same."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Members that may be the same one.
        self.duplicates: list[Member] = []
        if "district" in self.fields:
            self.fields["district"].required = False
            self.fields["district"].help_text = _(
                "Follows from the subdistrict; type it where that is not known."
            )
        kept = self.instance.leader_id_last4
        self.fields["leader_id"].help_text = (
            _now(
                "Kept: a number that ends in %(last)s. A new one takes its place; "
                "nobody can read the whole of it again."
            )
            % {"last": kept}
            if kept
            else _("13 digits. Only the last four stay readable, for nobody but staff.")
        )

    def clean_leader_id(self) -> str:
        number: str = self.cleaned_data["leader_id"]
        if number and not valid_pin(number):
            raise ValidationError(
                _("This is not an identity number; please check its 13 digits.")
            )
        return number

    def clean_juristic_number(self) -> str:
        number: str = self.cleaned_data["juristic_number"]
        if number and not valid_juristic(number):
            raise ValidationError(
                _("This is not a juristic person’s number; please check its 13 digits.")
            )
        return digits_of(number)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._place(cleaned)
        if not cleaned.get("is_different") and not self.errors:
            self._look_for_duplicates(cleaned)
        return cleaned

    def _place(self, cleaned: dict[str, Any]) -> None:
        """Let the subdistrict name the district and, if it is new, the postcode."""
        subdistrict = cleaned.get("subdistrict")
        if subdistrict is None:
            if cleaned.get("district") is None and not {"district", "subdistrict"} & (
                self.errors.keys()
            ):
                self.add_error(
                    "subdistrict", _("Type the subdistrict or the district.")
                )
            return
        moved = (
            "district" in self.changed_data and "subdistrict" not in self.changed_data
        )
        if moved and cleaned.get("district") not in {None, subdistrict.district}:
            self.add_error(
                "subdistrict", _("The subdistrict lies in another district.")
            )
        cleaned["district"] = subdistrict.district
        if "subdistrict" in self.changed_data and "postcode" not in self.changed_data:
            cleaned["postcode"] = subdistrict.postcode

    def _look_for_duplicates(self, cleaned: dict[str, Any]) -> None:
        """Ask whether a member of the same folded name in the district is the same."""
        name, district = cleaned.get("name_th"), cleaned.get("district")
        asked = self.instance.pk is None or {
            "name_th",
            "subdistrict",
            "district",
        } & set(self.changed_data)
        if not (asked and name and district):
            return
        same = Member.objects.filter(district=district, name_fold=fold(name)[:300])
        # What is public is no secret of the office that keeps it.
        known = Q(pk__in=Member.objects.visible_to(self.user).values("pk"))
        others = same.filter(known | Q(status=RecordStatus.PUBLISHED))
        others = others.exclude(pk=self.instance.pk)
        self.duplicates = list(others.order_by("pk")[:SHOWN_DUPLICATES])
        if self.duplicates:
            self.add_error(
                None,
                _("A producer of this name is in this district already; see below."),
            )

    def derived(self) -> Mapping[str, Any]:
        """Return place, keyed identity number and the stored picture."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {}
        for name in ("district", "postcode"):
            value = cleaned.get(name)
            if getattr(value, "pk", value) != self.initial.get(name):
                found[name] = value
        if number := cleaned.get("leader_id"):
            found["leader_id_hash"] = keyed_hash("pin", number)
            found["leader_id_last4"] = last_four(number)
        if picture := cleaned.get("portrait_upload"):
            found["portrait"] = picture.kept
        return found


class MemberDeskForm(PickedFields, MemberForm):
    """A producer as an office enters it; an officer's own agency keeps it."""

    PICKS = {"subdistrict": SUBDISTRICT, "district": DISTRICT}

    class Meta:
        model = Member
        fields = (
            "name_th",
            "name_en",
            "other_names",
            "producer_type",
            "legal_form",
            "otop_number",
            "otop_year",
            "enterprise_number",
            "juristic_number",
            "subdistrict",
            "district",
            "postcode",
            "house",
            "village_number",
            "village",
            "street",
            "latitude",
            "longitude",
            "story_th",
            "story_en",
            "workers",
            "local_workers",
            "quadrant",
            "owner",
            "private_notes",
        )
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user.role == Role.OFFICER:
            del self.fields["owner"]
            if self.instance.pk is None:
                self.instance.owner_id = self.user.agency_id
            return
        owners: Any = self.fields["owner"]
        owners.queryset = Agency.objects.serving(self.user).order_by("name_th", "pk")
        self.initial.setdefault("owner", self.user.agency_id)


class MemberProducerForm(KeptForm):
    """What a producer says of itself, as a proposal; an office answers for the rest."""

    APART = KeptForm.APART | {"portrait_upload"}

    portrait_upload = PictureField(label=_("new picture"), required=False)

    class Meta:
        model = Member
        fields = ("name_en", "story_th", "story_en")
        formfield_callback = house_field

    def derived(self) -> Mapping[str, Any]:
        """Return the stored picture."""
        picture = self.cleaned_data.get("portrait_upload")
        return {"portrait": picture.kept} if picture else {}
