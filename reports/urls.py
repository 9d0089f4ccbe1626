"""Addresses of the reports, under ``/reports/``."""

from django.urls import path

from reports.views import catalogue, files, saved

app_name = "reports"

urlpatterns = [
    path("", catalogue.report_list, name="list"),
    # Large files
    path("files/<int:pk>/", files.file_page, name="file"),
    path("files/<int:pk>/progress/", files.file_progress, name="progress"),
    path("files/<int:pk>/download/", files.file_download, name="download"),
    path("files/<int:pk>/again/", files.file_again, name="again"),
    # Saved reports
    path("saved/<uuid:token>/", saved.saved_page, name="saved"),
    path("saved/<uuid:token>/monthly/", saved.monthly, name="monthly"),
    path("saved/<uuid:token>/stop/", saved.stop, name="stop"),
    path("saved/<uuid:token>/delete/", saved.delete, name="delete"),
    # One report
    path("<slug:slug>/", catalogue.report_detail, name="detail"),
    path("<slug:slug>/save/", saved.save, name="save"),
]
