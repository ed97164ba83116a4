"""The Celery app and the beat table."""

import os

from celery import Celery
from celery.schedules import crontab

from rebattery.jobs import Job

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rebattery.settings")

app = Celery("rebattery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["intake", "grading", "rebattery.notices"])

# Each sweep asks the database what waits and nudges it again: this is what makes lost messages harmless.
app.conf.beat_schedule = {
    "sweep manifests": {"task": Job.SWEEP_MANIFESTS.value, "schedule": 15.0, "options": {"expires": 15}},
    "sweep attachments": {"task": Job.SWEEP_ATTACHMENTS.value, "schedule": 15.0, "options": {"expires": 15}},
    "sweep grading": {"task": Job.SWEEP_GRADING.value, "schedule": 15.0, "options": {"expires": 15}},
    "sweep tester files": {
        "task": Job.SWEEP_TESTER_FILES.value,
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "sweep results files": {
        "task": Job.SWEEP_RESULTS_FILES.value,
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "sweep declarations": {
        "task": Job.SWEEP_DECLARATIONS.value,
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "sweep notices": {"task": Job.SWEEP_NOTICES.value, "schedule": 15.0, "options": {"expires": 15}},
    "tell results": {"task": Job.TELL_RESULTS.value, "schedule": 60.0, "options": {"expires": 60}},
    "take population": {
        "task": Job.TAKE_POPULATION.value,
        "schedule": 1800.0,
        "options": {"expires": 1800},
    },
    "fit agreement": {"task": Job.FIT_AGREEMENT.value, "schedule": crontab("0", "3", day_of_month="1")},
}
if os.environ.get("TESTER_FOLDER"):
    app.conf.beat_schedule["watch tester folder"] = {
        "task": Job.WATCH_TESTER_FOLDER.value,
        "schedule": 10.0,
        "options": {"expires": 10},
    }
