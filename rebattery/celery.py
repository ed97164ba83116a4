"""What workers and beat add to the Celery app: the jobs themselves and the beat table."""

import gc
import os
from typing import Any

from celery.schedules import crontab
from celery.signals import worker_process_init

from rebattery.jobs import Job, app

app.autodiscover_tasks(["intake", "grading", "rebattery.notices"])


def _every(job: Job, seconds: int) -> dict[str, Any]:
    """Return the entry of a job that is pointless to run late: the next one covers it."""
    return {"task": job.value, "schedule": float(seconds), "options": {"expires": seconds}}


# Each sweep asks the database what waits and nudges it again: this is what makes lost messages harmless.
app.conf.beat_schedule = {
    "sweep manifests": _every(Job.SWEEP_MANIFESTS, 15),
    "sweep attachments": _every(Job.SWEEP_ATTACHMENTS, 15),
    "sweep grading": _every(Job.SWEEP_GRADING, 15),
    "sweep regrades": _every(Job.SWEEP_REGRADES, 15),
    "sweep tester files": _every(Job.SWEEP_TESTER_FILES, 15),
    "sweep results files": _every(Job.SWEEP_RESULTS_FILES, 15),
    "sweep declarations": _every(Job.SWEEP_DECLARATIONS, 15),
    "sweep notices": _every(Job.SWEEP_NOTICES, 15),
    "tell results": _every(Job.TELL_RESULTS, 60),
    # Days end at midnight UTC; asking costs one look into an index.
    "expire grades": _every(Job.EXPIRE_GRADES, 900),
    "take population": _every(Job.TAKE_POPULATION, 1800),
    "fit agreement": {"task": Job.FIT_AGREEMENT.value, "schedule": crontab("0", "3", day_of_month="1")},
}
if os.environ.get("TESTER_FOLDER"):
    app.conf.beat_schedule["watch tester folder"] = _every(Job.WATCH_TESTER_FOLDER, 10)


@worker_process_init.connect
def leave_the_program_alone(**_: Any) -> None:
    """Keep the garbage collector off what every job shares.

    A chunk of decisions makes enough objects to have the whole program searched each time, in vain.
    """
    gc.collect()
    gc.freeze()
