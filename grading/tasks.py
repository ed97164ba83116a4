"""Background jobs of grading."""

from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from grading.queries.waiting import is_grading_waiting
from grading.services import decisions
from grading.services.telling import tell_results as tell
from rebattery.actor import task_actor
from rebattery.jobs import Job, send


@shared_task(bind=True, name=Job.GRADE_WAITING.value)
def grade_waiting(self: Task, **_: Any) -> None:
    """Decide on all that waits. Natural key: the pack in its state; a second run finds nothing."""
    decisions.grade_waiting(actor=task_actor("Grading", job_id=self.request.id or ""), now=timezone.now)


@shared_task(name=Job.SWEEP_GRADING.value)
def sweep_grading(**_: Any) -> None:
    """Nudge grading again when something waits. Harmless to repeat."""
    if is_grading_waiting():
        send(Job.GRADE_WAITING)


@shared_task(name=Job.TELL_RESULTS.value)
def tell_results(**_: Any) -> None:
    """Tell suppliers the results of their packs. Natural key: the span of the trail not told yet."""
    tell(at=timezone.now())
