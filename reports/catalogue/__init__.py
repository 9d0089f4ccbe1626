"""The reports: one module each.

Every module here is loaded, and enters its report by ``@register``; so a new
report is a new file, and nothing else.
"""

from importlib import import_module
from pkgutil import iter_modules

from registry.models import User
from reports.base import RecordReport, Report, record_reports, registered

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def reports_for(user: User) -> list[Report]:
    """Return the reports ``user`` may run."""
    return [report for report in registered() if report.may_run(user)]


def find(slug: str, user: User) -> Report | None:
    """Return the report of an address if ``user`` may run it."""
    return next((each for each in reports_for(user) if each.slug == slug), None)


def report_of(model: type) -> RecordReport | None:
    """Return the report that lists records of ``model``."""
    return next((each for each in record_reports() if each.model is model), None)
