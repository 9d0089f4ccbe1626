"""Addresses of joining: the request, its decision, invitations, colleagues."""

from django.urls import path

from registry.views import invitations, joining, joins, people

patterns = [
    path("", joining.start, name="start"),
    path("suggestions/", joining.suggestions, name="suggestions"),
    path("<str:token>/", joining.status, name="status"),
    path("<str:token>/known/", joining.known, name="known"),
    path("<str:token>/mail/", joining.send_link, name="send_link"),
    path("<str:token>/confirm/<str:key>/", joining.confirm, name="confirm"),
    path("<str:token>/<str:step>/", joining.step, name="step"),
]

decision_patterns = [
    path("", joins.queue, name="list"),
    path("<int:pk>/", joins.detail, name="detail"),
]

invitation_patterns = [
    path("<str:token>/", invitations.accept, name="accept"),
]

people_patterns = [
    path("", people.colleagues, name="list"),
    path("<int:pk>/resend/", people.resend, name="resend"),
    path("<int:pk>/cancel/", people.cancel, name="cancel"),
]
