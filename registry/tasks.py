"""What the worker does for the kernel."""

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from registry.actions.mail import next_attempt, send_waiting

#: At least so long between two runs of which the second is only a second attempt.
PAUSE = timedelta(minutes=1)


@task()
def send_outbox() -> int:
    """Send the mails that wait; come back when the next of them is due."""
    sent = send_waiting()
    due = next_attempt()
    if due is not None:
        moment = max(due, timezone.now() + PAUSE)
        if not _is_planned(moment):
            send_outbox.using(run_after=moment).enqueue()
    return sent


def _is_planned(moment: datetime) -> bool:
    """Tell whether the worker comes back by ``moment`` anyway."""
    runs = DBTaskResult.objects.filter(
        task_path=send_outbox.module_path, status=TaskResultStatus.READY
    )
    return runs.filter(run_after__lte=moment).exists()
