"""Every job is a task that takes ids by name and may run twice."""

import inspect

import pytest
from celery import Task

from grading.models import Decision
from intake.models import Batch, Manifest
from intake.services import manifests
from rebattery.audit.trail import events
from rebattery.celery import app
from rebattery.jobs import Job
from tests.evidence import make_tested, publish_seed
from tests.factories import AT, balance, make_actor, make_batch, make_instrument, make_supplier, manifest_csv
from tests.grading.declaring import approve, propose
from tests.grading.regrading import make_graded, order
from tests.grading.results_files import send as send_results
from tests.grading.testing_files import send as send_tester_file
from tests.intake.sending import send


def task_of(job: Job) -> Task:
    app.loader.import_default_modules()
    return app.tasks[job.value]


@pytest.mark.parametrize("job", Job)
class TestJob:
    def test_is_a_task(self, job):
        assert task_of(job).name == job.value

    def test_takes_only_keywords_and_those_of_newer_versions_too(self, job):
        parameters = inspect.signature(task_of(job).run).parameters.values()

        kinds = {parameter.kind for parameter in parameters}

        assert inspect.Parameter.VAR_KEYWORD in kinds
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}

    def test_takes_ids_only(self, job):
        names = [
            p.name
            for p in inspect.signature(task_of(job).run).parameters.values()
            if p.kind == p.KEYWORD_ONLY
        ]

        assert [name for name in names if not name.endswith(("_id", "_ids"))] == []

    def test_says_its_natural_key(self, job):
        text = inspect.getdoc(task_of(job).run) or ""

        assert "atural key" in text or "armless" in text

    def test_has_one_effect_when_it_runs_twice(self, job, work):
        task = task_of(job)

        task(**work.get(job, {}))
        once = effects()
        task(**work.get(job, {}))

        assert effects() == once
        balance()


@pytest.fixture
def work(db) -> dict[Job, dict[str, int]]:
    """Something to do for every job."""
    publish_seed()
    make_tested()
    manifest = manifests.accept(
        supplier=make_supplier(),
        file_name="a.csv",
        content=manifest_csv("RB-0001", "RB-0002"),
        actor=make_actor(),
        at=AT,
    )
    return {
        Job.IMPORT_MANIFEST: {"manifest_id": manifest.pk},
        Job.READ_TESTER_FILE: {"tester_file_id": send_tester_file().pk},
        Job.READ_RESULTS_FILE: {"results_file_id": send_results(b"", make_actor()).pk},
        Job.CARRY_OUT_DECLARATION: {"declaration_id": approve(propose(make_instrument()), at_once=-1).pk},
        Job.KEEP_TESTER_TABLES: {"derivation_id": 0},
        Job.REGRADE: {"grading_run_id": order(make_graded(2)).pk},
        Job.TAKE_IN_ATTACHMENTS: {"upload_id": send(make_batch(), "RB-0001.pdf").pk},
    }


def effects() -> tuple[int, ...]:
    states = Manifest.objects.filter(state="imported").count()
    return Batch.objects.count(), Decision.objects.count(), states, events().count()
