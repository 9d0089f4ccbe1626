"""What visitors tell the register."""

from registry.models import Province, VisitorMessage


def receive_message(
    *, text: str, page: str = "", reply_to: str = "", province: Province | None = None
) -> VisitorMessage:
    """Keep a visitor's message for the people of the province it is about."""
    return VisitorMessage.objects.create(
        text=text, page=page, reply_to=reply_to, province=province
    )
