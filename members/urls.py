"""Addresses of members at work."""

from django.urls import path

from members import views

account_patterns = [
    path("", views.accounts, name="list"),
    path("<int:number>/remove/", views.remove_account, name="remove"),
    path("invitations/<int:number>/resend/", views.resend, name="resend"),
    path("invitations/<int:number>/cancel/", views.cancel, name="cancel"),
]
