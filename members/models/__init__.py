"""Clusters, their members and committee, and how members are reached."""

from members.models.clusters import (
    FIRST_YEAR,
    LAST_YEAR,
    YEAR_VALIDATORS,
    Cluster,
    VisitorDay,
)
from members.models.contacts import Contact, Outlet
from members.models.memberships import Membership, Post
from members.models.papers import ProducerAccount, SignedConsent
from members.models.producers import Member, MemberSearch

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "YEAR_VALIDATORS",
    "Cluster",
    "Contact",
    "Member",
    "MemberSearch",
    "Membership",
    "Outlet",
    "Post",
    "ProducerAccount",
    "SignedConsent",
    "VisitorDay",
]
