"""The gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry import gallery as samples
from registry.access import STAFF, open_to


@require_safe
@open_to(*STAFF)
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component in every state, for those who build and check pages."""
    bound = samples.SampleForm({"email": "not-an-address"})
    return render(
        request,
        "registry/gallery.html",
        {
            "products": samples.sample_products(),
            "member": samples.sample_member(),
            "certificates": samples.sample_certificates(),
            "records": samples.sample_records(),
            "page": samples.sample_page(),
            "form": samples.SampleForm(),
            "bound": bound,
            "bars": [("ปากชม", 59, "#"), ("ภูเรือ", 54), ("เมืองเลย", 6)],
            "steps": ["1", "2", "3"],
            "address": request.build_absolute_uri(request.path),
        },
    )
