"""Pages of the reports: catalogue, report, files in the making, saved reports."""
