"""What people type about products, their photos, marks and stars."""

from products.forms.certificates import (
    CHECKERS,
    CertificateForm,
    MarkForm,
    MemberCertificateForm,
    ProductCertificateForm,
    fits,
    free_bit,
)
from products.forms.goods import (
    MONTH_NAMES,
    CategoryChoiceField,
    MonthsField,
    ProductDeskForm,
    ProductForm,
    ProductProducerForm,
)
from products.forms.photos import MOST_PHOTOS, PhotoForm, PhotoFormSet
from products.forms.stars import SECTIONS, CriterionFormSet, StarRatingForm

__all__ = [
    "CHECKERS",
    "MONTH_NAMES",
    "MOST_PHOTOS",
    "SECTIONS",
    "CategoryChoiceField",
    "CertificateForm",
    "CriterionFormSet",
    "MarkForm",
    "MemberCertificateForm",
    "MonthsField",
    "PhotoForm",
    "PhotoFormSet",
    "ProductCertificateForm",
    "ProductDeskForm",
    "ProductForm",
    "ProductProducerForm",
    "StarRatingForm",
    "fits",
    "free_bit",
]
