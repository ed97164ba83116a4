"""Every background job by name, and the one way to nudge it.

The database is the queue of record: a message here is only a hint that carries ids, sent after
commit. A lost, doubled or late message costs seconds, because the sweep finds what waits.
"""

import logging
import os
from enum import StrEnum

from celery import Celery
from django.db import transaction

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rebattery.settings")
# Here, and not in the package: what only reads a file or judges a pack must not load Celery.
app = Celery("rebattery")
app.config_from_object("django.conf:settings", namespace="CELERY")


class Job(StrEnum):
    """A background job; the value is the Celery task's dotted name."""

    IMPORT_MANIFEST = "intake.tasks.import_manifest"
    SWEEP_MANIFESTS = "intake.tasks.sweep_manifests"
    TAKE_IN_ATTACHMENTS = "intake.tasks.take_in_attachments"
    SWEEP_ATTACHMENTS = "intake.tasks.sweep_attachments"
    GRADE_WAITING = "grading.tasks.grade_waiting"
    SWEEP_GRADING = "grading.tasks.sweep_grading"
    REGRADE = "grading.tasks.regrade"
    SWEEP_REGRADES = "grading.tasks.sweep_regrades"
    EXPIRE_GRADES = "grading.tasks.expire_grades"
    TAKE_POPULATION = "grading.tasks.take_population"
    TELL_RESULTS = "grading.tasks.tell_results"
    CARRY_OUT_DECLARATION = "grading.tasks.carry_out_declaration"
    SWEEP_DECLARATIONS = "grading.tasks.sweep_declarations"
    FIT_AGREEMENT = "grading.tasks.fit_agreement"
    READ_TESTER_FILE = "grading.tasks.read_tester_file"
    SWEEP_TESTER_FILES = "grading.tasks.sweep_tester_files"
    WATCH_TESTER_FOLDER = "grading.tasks.watch_tester_folder"
    KEEP_TESTER_TABLES = "grading.tasks.keep_tester_tables"
    READ_RESULTS_FILE = "grading.tasks.read_results_file"
    SWEEP_RESULTS_FILES = "grading.tasks.sweep_results_files"
    DELIVER_NOTICES = "rebattery.notices.tasks.deliver_notices"
    SWEEP_NOTICES = "rebattery.notices.tasks.sweep_notices"


def enqueue(job: Job, **ids: object) -> None:
    """Nudge ``job`` once the current transaction has committed; never fail because the broker is dead."""
    transaction.on_commit(lambda: send(job, **ids))


def send(job: Job, **ids: object) -> bool:
    """Publish now and return whether the broker took it; the sweep covers a False."""
    try:
        app.send_task(job.value, kwargs=ids)
    except Exception as exc:  # kombu and redis raise many kinds; none may reach the person waiting
        log.warning("The broker did not take %s %s: %s. The sweep will find the work.", job.value, ids, exc)
        return False
    return True
