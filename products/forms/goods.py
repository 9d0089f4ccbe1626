"""What people type about products."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.picks import MEMBER
from products.models import Category, Product
from registry.forms import KeptForm, PickedFields, house_field

MONTH_NAMES = (
    *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
    *(_("July"), _("August"), _("September"), _("October"), _("November")),
    _("December"),
)


class MonthsField(forms.TypedMultipleChoiceField):
    """Months of the year as boxes to tick, kept as twelve bits."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "months"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=list(enumerate(MONTH_NAMES, start=1)),
            coerce=int,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return [str(month) for month in range(1, 13) if value >> (month - 1) & 1]
        return value

    def clean(self, value: Any) -> int:
        return sum(1 << (month - 1) for month in super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))


class ProductForm(KeptForm):
    """A product of one producer."""

    season = MonthsField(
        label=_("season"),
        help_text=_("Months in which it is made or sold; none means all year."),
    )


class CategoryChoiceField(forms.ModelChoiceField):
    """Shelves, those below set in by dashes."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'— ' * obj.level}{obj.name}"


#: What a producer may propose of its goods; an office answers for the rest.
TOLD_BY_PRODUCERS = (
    "name_en",
    "price_min",
    "price_max",
    "unit_th",
    "unit_en",
    "size_th",
    "size_en",
    "materials_th",
    "materials_en",
    "shelf_life_days",
    "keeping_th",
    "keeping_en",
    "season",
    "story_th",
    "story_en",
    "where_th",
    "where_en",
)


class ProductDeskForm(PickedFields, ProductForm):
    """A product as an office enters it."""

    PICKS = {"member": MEMBER}

    class Meta:
        model = Product
        fields = (
            "member",
            "name_th",
            "name_en",
            "other_names",
            "category",
            "otop_type",
            "design_year",
            "price_min",
            "price_max",
            "unit_th",
            "unit_en",
            "size_th",
            "size_en",
            "materials_th",
            "materials_en",
            "shelf_life_days",
            "air_travel",
            "keeping_th",
            "keeping_en",
            "season",
            "story_th",
            "story_en",
            "where_th",
            "where_en",
            "private_notes",
        )
        field_classes = {"category": CategoryChoiceField}
        formfield_callback = house_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shelves: Any = self.fields["category"]
        shelves.queryset = Category.objects.in_order()


class ProductProducerForm(ProductForm):
    """What a producer says of a product of its own, as a proposal."""

    class Meta:
        model = Product
        fields = TOLD_BY_PRODUCERS
        formfield_callback = house_field
