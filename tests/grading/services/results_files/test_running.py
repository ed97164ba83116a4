import io

import pytest
from django.utils import timezone

from grading.models import BenchDraft, CapacityTest, ResultsFileWork
from grading.queries.recorded_results import capacity_results
from grading.queries.results_files import write_workbook
from grading.services import bench_runs, results_files
from intake.services.leases import MAX_ATTEMPTS
from rebattery.jobs import Job
from tests.bench import RECORDED_AT
from tests.evidence import make_inspected
from tests.factories import balance, make_pack_type
from tests.grading.results_files import capacity, errors_of, send, text_of


class TestPutIntoRuns:
    def test_what_the_run_records_still_names_its_file(self, pack, instrument, actor, operator):
        file = send(text_of(capacity(pack)), actor)
        filled = results_files.put_into_runs(results_file_id=file.pk, actor=actor, at=RECORDED_AT)
        [run] = filled.runs.values()

        bench_runs.record_all(run_id=run.pk, actor=actor, at=RECORDED_AT)

        balance()
        assert (filled.taken, filled.left) == (1, 0)
        found = capacity_results(viewer=operator).get()
        assert found.source_sha256 == file.stored_file.sha256

    def test_leaves_rows_whose_pack_nobody_knows_with_the_file(self, pack, instrument, actor):
        file = send(text_of(capacity(pack), capacity(pack) | {"Pack serial": "NOBODY-1"}), actor)

        filled = results_files.put_into_runs(results_file_id=file.pk, actor=actor, at=RECORDED_AT)

        assert (filled.taken, filled.left) == (1, 1)
        assert list(errors_of(file)) == ["capacity.3.serial"]

    def test_a_file_in_runs_refuses_to_be_put_there_again(self, pack, instrument, actor):
        file = send(text_of(capacity(pack)), actor)
        results_files.put_into_runs(results_file_id=file.pk, actor=actor, at=RECORDED_AT)

        with pytest.raises(results_files.WrongState):
            results_files.put_into_runs(results_file_id=file.pk, actor=actor, at=RECORDED_AT)

    def test_a_mended_workbook_updates_the_run(self, pack, instrument, actor):
        file = send(text_of(capacity(pack)), actor)
        results_files.put_into_runs(results_file_id=file.pk, actor=actor, at=RECORDED_AT)
        book = io.BytesIO()
        write_workbook(file=file, target=book, at=timezone.now())

        mended = results_files.take_workbook(
            results_file_id=file.pk,
            file_name="mended.xlsx",
            content=_with(book, "85.1", "86.2"),
            actor=actor,
            at=RECORDED_AT,
        )

        assert (mended.changed, mended.added, mended.missing) == (1, 0, 0)
        assert BenchDraft.objects.get().values["measured_capacity_ah"] == "86.2"


class TestRun:
    def test_resumes_after_a_worker_that_died(self, pack, instrument, actor):
        file = _long(pack, actor)
        ResultsFileWork.objects.update(attempts=1, lease_until="2020-01-01T00:00Z")

        file = results_files.run(results_file_id=file.pk, job_id="job", at=RECORDED_AT)

        assert (file.state, file.work.attempts) == ("draft", 2)

    def test_gives_up_on_a_poison_file_and_says_so(self, pack, instrument, actor):
        file = _long(pack, actor)
        ResultsFileWork.objects.update(attempts=MAX_ATTEMPTS)

        file = results_files.run(results_file_id=file.pk, job_id="job", at=RECORDED_AT)

        assert file.state == "refused"
        assert "ended without a result" in file.why

    def test_records_in_the_name_of_the_sender(self, instrument, actor, operator):
        packs = make_inspected(201, pack_type=make_pack_type())
        file = send(text_of(*map(capacity, packs)), actor, record=True)

        file = results_files.run(results_file_id=file.pk, job_id="job", at=RECORDED_AT)

        balance()
        assert file.state == "recorded"
        assert set(CapacityTest.objects.values_list("person_id", flat=True)) == {operator.pk}

    def test_has_a_job(self):
        assert Job.READ_RESULTS_FILE.value == "grading.tasks.read_results_file"


def _long(pack, actor):
    return send(text_of(*[capacity(pack) | {"Note": str(n)} for n in range(201)]), actor)


def _with(book: io.BytesIO, old: str, new: str) -> io.BytesIO:
    from openpyxl import load_workbook

    loaded = load_workbook(io.BytesIO(book.getvalue()))
    for row in loaded["Capacity"].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new
    target = io.BytesIO()
    loaded.save(target)
    return target
