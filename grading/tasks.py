"""Background jobs of grading."""

from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from grading.queries.standstill import is_expiry_left
from grading.queries.waiting import is_grading_waiting
from grading.services import decisions, declarations, regrading, results_files, tester_files
from grading.services.agreement import fit_all
from grading.services.telling import tell_results as tell
from grading.services.tester_files.watched_folder import look_into_watched_folder
from grading.services.what_if.snapshots import take_population as take
from rebattery.actor import task_actor
from rebattery.jobs import Job, send


@shared_task(bind=True, name=Job.GRADE_WAITING.value)
def grade_waiting(self: Task, **_: Any) -> None:
    """Decide on all that waits. Natural key: the pack in its state; a second run finds nothing."""
    decisions.grade_waiting(actor=task_actor("Grading", job_id=self.request.id or ""), now=timezone.now)


@shared_task(bind=True, name=Job.SWEEP_GRADING.value)
def sweep_grading(self: Task, **_: Any) -> None:
    """Nudge grading again when something waits or was left, and end its runs that nothing joins.

    Harmless to repeat.
    """
    at = timezone.now()
    if is_grading_waiting():
        send(Job.GRADE_WAITING)
    if is_expiry_left(at=at):
        send(Job.EXPIRE_GRADES)
    actor = task_actor("Grading", job_id=self.request.id or "")
    decisions.close_stale_runs(actor=actor, at=at)


@shared_task(bind=True, name=Job.REGRADE.value)
def regrade(self: Task, *, grading_run_id: int, **_: Any) -> None:
    """Grade the packs of one order again. Natural key: the run and its packs; what is settled stays."""
    actor = task_actor("Grading", job_id=self.request.id or "")
    regrading.run(grading_run_id=grading_run_id, actor=actor, now=timezone.now)


@shared_task(name=Job.SWEEP_REGRADES.value)
def sweep_regrades(**_: Any) -> None:
    """Nudge what waits. Natural key: the orders that are not done; a second run nudges again in vain."""
    regrading.sweep()


@shared_task(bind=True, name=Job.EXPIRE_GRADES.value)
def expire_grades(self: Task, **_: Any) -> None:
    """Decide anew where a grade ran out. Natural key: the decision that ended; a second run finds none."""
    decisions.expire(actor=task_actor("Grading", job_id=self.request.id or ""), now=timezone.now)


@shared_task(name=Job.TELL_RESULTS.value)
def tell_results(**_: Any) -> None:
    """Tell suppliers the results of their packs. Natural key: the span of the trail not told yet."""
    tell(at=timezone.now())


@shared_task(bind=True, name=Job.READ_TESTER_FILE.value)
def read_tester_file(self: Task, *, tester_file_id: int, **_: Any) -> None:
    """Read one tester file. Natural key: the file, one per SHA-256; settled ones stay."""
    actor = task_actor("Tester file reader", job_id=self.request.id or "")
    tester_files.run(tester_file_id=tester_file_id, actor=actor, at=timezone.now())


@shared_task(name=Job.SWEEP_TESTER_FILES.value)
def sweep_tester_files(**_: Any) -> None:
    """Nudge what waits. Natural key: the waiting files themselves; a second run nudges again in vain."""
    tester_files.sweep()


@shared_task(bind=True, name=Job.READ_RESULTS_FILE.value)
def read_results_file(self: Task, *, results_file_id: int, **_: Any) -> None:
    """Read one file of results. Natural key: the file, one per SHA-256; settled ones stay."""
    job_id = self.request.id or ""
    results_files.run(results_file_id=results_file_id, job_id=job_id, at=timezone.now())


@shared_task(name=Job.SWEEP_RESULTS_FILES.value)
def sweep_results_files(**_: Any) -> None:
    """Nudge what waits. Natural key: the waiting files themselves; a second run nudges again in vain."""
    results_files.sweep()


@shared_task(bind=True, name=Job.WATCH_TESTER_FOLDER.value)
def watch_tester_folder(self: Task, **_: Any) -> None:
    """Look into the watched folder, if there is one. Natural key: each file's SHA-256."""
    actor = task_actor("Watched folder", job_id=self.request.id or "")
    look_into_watched_folder(actor=actor, at=timezone.now())


@shared_task(name=Job.KEEP_TESTER_TABLES.value)
def keep_tester_tables(*, derivation_id: int, **_: Any) -> None:
    """Make a derivation's table again. Natural key: the derivation; one that has its table is left alone."""
    tester_files.keep_tables(derivation_id=derivation_id)


@shared_task(bind=True, name=Job.CARRY_OUT_DECLARATION.value)
def carry_out_declaration(self: Task, *, declaration_id: int, **_: Any) -> None:
    """Carry out an approved declaration. Natural key: the declaration; one that is done stays."""
    actor = task_actor("Declarations", job_id=self.request.id or "")
    declarations.run(declaration_id=declaration_id, actor=actor, at=timezone.now())


@shared_task(name=Job.SWEEP_DECLARATIONS.value)
def sweep_declarations(**_: Any) -> None:
    """Nudge what waits. Natural key: the approved declarations; a second run nudges again in vain."""
    declarations.sweep()


@shared_task(bind=True, name=Job.FIT_AGREEMENT.value)
def fit_agreement(self: Task, **_: Any) -> None:
    """Fit the agreement of reported SOH with the bench. Natural key: the pairs; the same ones fit once."""
    fit_all(actor=task_actor("Agreement", job_id=self.request.id or ""), at=timezone.now())


@shared_task(name=Job.TAKE_POPULATION.value)
def take_population(**_: Any) -> None:
    """Take the measured population. Natural key: the newest event; without a newer one nothing is taken."""
    take(at=timezone.now())
