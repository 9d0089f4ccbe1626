"""Addresses of members at work."""

from django.urls import path

from members.views import accounts, consents, renewals

account_patterns = [
    path("", accounts.accounts, name="list"),
    path("<int:number>/remove/", accounts.remove_account, name="remove"),
    path("invitations/<int:number>/resend/", accounts.resend, name="resend"),
    path("invitations/<int:number>/cancel/", accounts.cancel, name="cancel"),
]
renewal_patterns = [
    path("", renewals.renewal_list, name="list"),
    path("<slug:slug>/", renewals.renewal_detail, name="detail"),
]
consent_patterns = [
    path("", consents.consent_list, name="list"),
    path("contacts/<int:number>/give/", consents.give_contact, name="give"),
    path("contacts/<int:number>/withdraw/", consents.withdraw_contact, name="withdraw"),
    path("posts/<int:number>/give/", consents.give_post, name="give_name"),
    path("posts/<int:number>/withdraw/", consents.withdraw_post, name="withdraw_name"),
]
