"""Addresses of the catalogue, of the producers, and of asking about either.

A producer's page shows its goods, so it is a view of this app although its
address says members; asking about a cluster needs no more than this app knows.
"""

from django.urls import path

from products.views import (
    catalogue,
    enquiries,
    outside,
    pages,
    picture_zip,
    suggestions,
)

#: Under ``/products/``, namespace ``products``.
product_patterns = [
    path("", catalogue.product_list, name="list"),
    path("<slug:code>/", pages.product_detail, name="detail"),
    path("<slug:code>/enquiry/", enquiries.product_enquiry, name="enquire"),
    path("<slug:code>/qr.svg", pages.product_qr, name="qr"),
]

#: What may be meant by letters that are being typed; of no namespace.
suggest_patterns = [path("suggest/", suggestions.suggest, name="suggest")]

#: Under ``/members/``, namespace ``members``.
member_patterns = [
    path("", catalogue.member_list, name="list"),
    path("<slug:code>/", pages.member_detail, name="detail"),
    path("<slug:code>/enquiry/", enquiries.member_enquiry, name="enquire"),
    path("<slug:code>/qr.svg", pages.member_qr, name="qr"),
]

#: Under ``/clusters/``, namespace ``clusters``, beside those of the plans.
cluster_enquiry_patterns = [
    path("<slug:slug>/enquiry/", enquiries.cluster_enquiry, name="enquire"),
]

#: Under ``/workspace/enquiries/``, namespace ``enquiries``.
enquiry_patterns = [
    path("", enquiries.enquiry_list, name="list"),
    path("<int:pk>/", enquiries.enquiry_detail, name="detail"),
    path("<int:pk>/mark/", enquiries.enquiry_mark, name="mark"),
]

#: Under ``/review/outside/``, namespace ``outside``.
outside_patterns = [
    path("", outside.start, name="start"),
    path("differences/", outside.difference_list, name="differences"),
    path("differences/<int:pk>/", outside.difference_decide, name="take_or_keep"),
    path("<slug:kind>/", outside.queue, name="queue"),
    path("<slug:kind>/<int:pk>/", outside.decide, name="decide"),
]

#: Under ``/workspace/import/pictures/``, namespace ``picture_zip``.
picture_zip_patterns = [
    path("", picture_zip.upload, name="upload"),
    path("<int:pk>/", picture_zip.run, name="run"),
    path("<int:pk>/progress/", picture_zip.progress, name="progress"),
    path("<int:pk>/<slug:to>/", picture_zip.step, name="step"),
]
