"""What visitors ask."""

import uuid

import factory

from products.actions import enquiries
from products.enums import EnquiryKind, EnquiryState
from products.models import Enquiry
from tests.factories.products import ProductFactory


class EnquiryFactory(factory.django.DjangoModelFactory):
    """A comment about a published product; ``spam=True`` looks like advertising.

    ``EnquiryFactory(product=None, member=member)`` is about something else.
    """

    class Meta:
        model = Enquiry

    class Params:
        spam = factory.Trait(state=EnquiryState.SPAM)

    product = factory.SubFactory(ProductFactory, published=True)
    kind = EnquiryKind.COMMENT
    name = factory.Sequence("ผู้สอบถาม {}".format)
    email = factory.Sequence("visitor-{}@test.example".format)
    text = factory.Sequence("ผ้าผืนที่ {} ย้อมสีอะไร".format)
    form_key = factory.LazyFunction(uuid.uuid4)

    @classmethod
    def _create(cls, model_class, *args, state="", **fields):
        return enquiries.receive(model_class(**fields), is_suspect=state == "spam")
