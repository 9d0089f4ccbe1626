"""Reports that are kept, ordered and sent."""

import factory

from registry.models import ExportRun, User
from reports.actions.exports import order_export
from reports.actions.saved import save_report
from reports.models import SavedReport
from tests.factories import UserFactory


class SavedReportFactory(factory.Factory):
    """Keep the register of members under a title."""

    class Meta:
        model = SavedReport

    report = "members"
    query = ""
    title = factory.Sequence(lambda number: f"รายงานของฉัน {number}")
    by = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class: type, *args: object, **given: object) -> SavedReport:
        return save_report(**given)  # type: ignore[arg-type]


def ordered_export(*, by: User, form: str = "csv", query: str = "") -> ExportRun:
    """Order the register of members from a worker."""
    return order_export("members", form, query, {}, by=by, language="th")  # type: ignore[arg-type]
