"""What staff type about plans."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from registry.forms import KeptForm, PictureField


class PlanForm(KeptForm):
    """A plan of a cluster; the logo is looked at before it is kept."""

    APART = KeptForm.APART | {"logo_upload"}

    logo_upload = PictureField(label=_("new logo"), required=False)

    def derived(self) -> Mapping[str, Any]:
        """Return the stored logo."""
        picture = self.cleaned_data.get("logo_upload")
        return {"logo": picture.kept} if picture else {}
