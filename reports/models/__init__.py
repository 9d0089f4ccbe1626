"""What the reports app keeps: saved reports, and the open data as it stood."""

from reports.models.saved import ReportSubscription, SavedReport
from reports.models.snapshots import DataSnapshot

__all__ = ["DataSnapshot", "ReportSubscription", "SavedReport"]
