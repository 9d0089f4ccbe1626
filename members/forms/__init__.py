"""What people type about clusters and members."""

from members.forms.contacts import (
    CONSENT_WORDING,
    PHONE_KINDS,
    ContactForm,
    OutletForm,
    ProducerContactForm,
    SignedConsentForm,
    as_contact,
)
from members.forms.producers import (
    SHOWN_DUPLICATES,
    MemberDeskForm,
    MemberForm,
    MemberProducerForm,
)

__all__ = [
    "CONSENT_WORDING",
    "PHONE_KINDS",
    "SHOWN_DUPLICATES",
    "ContactForm",
    "MemberDeskForm",
    "MemberForm",
    "MemberProducerForm",
    "OutletForm",
    "ProducerContactForm",
    "SignedConsentForm",
    "as_contact",
]
