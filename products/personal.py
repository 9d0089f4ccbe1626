"""What is kept of people who write to the owners of goods."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from products.enums import EnquiryState
from products.models import Enquiry
from registry.personal import (
    ERASED_TH,
    Basis,
    Group,
    Keeping,
    Person,
    Purpose,
    Store,
    gather_by,
    keep,
    keep_for,
    spelled,
)


def contribute() -> None:
    """Enter the purpose and the stores of this app."""
    keep_for(
        Purpose(
            "enquiries",
            Group.VISITOR,
            _("Messages to the owner of goods: your name, e-mail, text and what for"),
            _("To hand your message to the office that keeps the goods; it answers."),
            (Basis.CONTRACT,),
            _(
                "The people of that office and the reviewers of its province. The "
                "producer’s own address is not shown to you, nor yours to anybody else."
            ),
        )
    )
    for store in stores():
        keep(store)
    gather_by(gather)


def stores() -> Iterable[Store]:
    """Return what this app keeps of people."""
    yield Store(
        "products.Enquiry",
        "enquiries",
        lambda person: spelled("email", person.emails),
        {
            "name": ERASED_TH,
            "email": "",
            "text": ERASED_TH,
            "quantity": "",
            "country": "",
        },
        keeping=Keeping(
            "enquiries",
            lambda moment: Q(handled_at__lt=moment) & ~Q(state=EnquiryState.NEW),
            _("after it was answered or closed"),
        ),
        secret=frozenset({"form_key"}),
    )
    yield Store(
        "products.EnquiryReply",
        "enquiries",
        lambda person: Q(enquiry_id__in=_enquiries(person)),
        {"text": ERASED_TH},
    )


def _enquiries(person: Person) -> list[int]:
    # The keys themselves: the enquiry has lost its address before its replies go.
    found = Enquiry.objects.filter(spelled("email", person.emails))
    return list(found.values_list("pk", flat=True))


def gather(person: Person) -> Person:
    """Return ``person``, known by the names given with enquiries. One query."""
    found = Enquiry.objects.filter(spelled("email", person.emails))
    return person.with_(names=found.values_list("name", flat=True))
