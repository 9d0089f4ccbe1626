"""The members app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Clusters, members, what they are and who answers for them."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Have what is kept of a member follow its changes."""
        from members import daily, desk, personal
        from members.actions import followers
        from members.models import Member
        from members.sheets import MemberSheets
        from registry.followers import follow
        from registry.importing.kinds import offer
        from registry.publicity import ask_before_hiding
        from registry.vocabulary import learn_from

        follow(Member, followers.keep_member, in_bulk=followers.keep_members)
        learn_from(Member)
        ask_before_hiding(followers.published_portraits)
        desk.open_desks()
        personal.contribute()
        daily.contribute()
        offer(MemberSheets())
