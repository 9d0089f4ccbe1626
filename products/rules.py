"""Who may answer what visitors ask."""

import rules

from products.models import Enquiry
from registry.enums import Role
from registry.models import User
from registry.rules import reviews


@rules.predicate
def may_answer(user: User, enquiry: Enquiry) -> bool:
    """Let officers answer for their agency, and reviewers for their province."""
    if user.role != Role.OFFICER:
        return reviews(user, enquiry)
    is_own = user.agency_id is not None and enquiry.owner_id == user.agency_id
    return is_own and user.scope.covers(enquiry.province_id)


rules.add_rule("answer", may_answer)
