"""Papers that producers have signed, and accounts of their own."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models.producers import Member
from registry.history import RegisterHistory
from registry.models import Child, person_key


class SignedConsent(Child):
    """A consent on paper: an office enters for a producer without e-mail.

    The scan lies in the private storage; the record says that it was entered on
    the producer's behalf.
    """

    PARENTS = ("member",)
    #: Its file is for those who need private contacts for their work.
    IS_PERSONAL = True
    PERSONAL = ("person",)
    # What a person signed cannot be brought back or undone by an office.
    NOT_RESTORED = ("signed_on", "person", "wording", "file", "file_name")

    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="signed_consents",
        verbose_name=_("member"),
    )
    signed_on = models.DateField(_("signed on"))
    person = models.CharField(_("signed by"), max_length=150)
    wording = models.CharField(_("version of the wording"), max_length=20)
    #: A file of the private storage, with the name it came under.
    file = models.CharField(max_length=200, blank=True, editable=False)
    file_name = models.CharField(max_length=150, blank=True, editable=False)
    recorded_by = person_key(_("recorded by"))
    history = RegisterHistory()

    class Meta:
        verbose_name = _("signed consent")
        verbose_name_plural = _("signed consents")

    def __str__(self) -> str:
        return self.person


class ProducerAccount(models.Model):
    """An account by which a producer proposes changes to its own page and goods."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="producer_account",
        verbose_name=_("account"),
    )
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="accounts", verbose_name=_("member")
    )
    given_by = person_key(_("given by"))
    given_at = models.DateTimeField(
        pgettext_lazy("account", "given"), auto_now_add=True
    )

    class Meta:
        verbose_name = _("producer’s account")
        verbose_name_plural = _("producers’ accounts")

    def __str__(self) -> str:
        return str(self.user)
