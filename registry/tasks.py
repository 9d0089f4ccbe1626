"""What the worker does for the kernel."""

from django_tasks import task

from registry.actions.mail import send_waiting


@task()
def send_outbox() -> int:
    """Send the mails that wait; run again it sends what is new."""
    return send_waiting()
