"""Background jobs of notices."""

from typing import Any

from celery import shared_task

from rebattery.jobs import Job
from rebattery.notices.services import delivering


@shared_task(name=Job.DELIVER_NOTICES.value)
def deliver_notices(**_: Any) -> None:
    """Send what is due. Natural key: the delivery in its state; a second run finds nothing."""
    delivering.deliver_due()


@shared_task(name=Job.SWEEP_NOTICES.value)
def sweep_notices(**_: Any) -> None:
    """Nudge the sending again when something is due. Harmless to repeat."""
    delivering.sweep()
