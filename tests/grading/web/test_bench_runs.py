"""Bench runs on pages: a head, a grid, packs in and out, values pasted, results recorded."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grading.models import BenchDraft, BenchRun, CapacityTest
from grading.services.test_runs import finish_testing
from tests.evidence import make_inspected
from tests.factories import balance, make_actor, make_instrument, make_person
from tests.grading.running import AT, fill_in, make_run, row_of
from tests.grading.web.test_bench import WRONG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("operator")]
GETS = ("bench_runs", "bench_run_new", "bench_run", "bench_row")
POSTS = (
    "bench_pick", "bench_run_head", "bench_run_record", "bench_run_state", "bench_run_add",
    "bench_run_paste", "bench_run_undo", "bench_row_cell", "bench_row_choice",
)  # fmt: skip


@pytest.fixture
def packs():
    return make_inspected(2)


@pytest.fixture
def run(packs):
    return make_run(packs, instrument=make_instrument(code="CY-1"))


def address(name, run, row=None, field="note"):
    keys = {"bench_row": 2, "bench_row_choice": 2, "bench_row_cell": 3}
    many = 0 if name in ("bench_runs", "bench_run_new", "bench_pick") else keys.get(name, 1)
    return reverse(name, args=[run.pk, row.pk if row else 0, field][:many])


def post(client, name, run, of_row=None, **data):
    return client.post(address(name, run, of_row), data, follow=True)


def change(client, run, row, field, text, was=""):
    url = address("bench_row_cell", run, row, field)
    return client.post(url, {"text": text, "was": was}, headers={"HX-Request": "true"})


class TestAccess:
    @pytest.mark.parametrize("role", WRONG)
    def test_who_does_not_test_is_refused(self, client, run, packs, role):
        client.force_login(make_person(role))
        row = row_of(run, packs[0])

        assert {client.get(address(name, run, row)).status_code for name in GETS} == {403}
        assert {client.post(address(name, run, row)).status_code for name in POSTS} == {403}

    def test_an_unknown_run_or_row_is_not_found(self, client, run):
        assert client.get(reverse("bench_run", args=[0])).status_code == 404
        assert client.get(reverse("bench_row", args=[run.pk, 0])).status_code == 404


class TestBenchRuns:
    def test_lists_filters_and_exports(self, client, run):
        page = client.get(reverse("bench_runs"), {"state": "open"}).text

        assert f"Run {run.pk}" in page and "CY-1" in page
        assert f"Run {run.pk}" not in client.get(reverse("bench_runs"), {"state": "closed"}).text
        assert b"CY-1" in b"".join(client.get(reverse("bench_runs"), {"export": "csv"}))

    def test_says_what_a_run_is_when_there_is_none(self, client):
        assert "No run yet." in client.get(reverse("bench_runs")).text


class TestBenchRunNew:
    def test_opens_a_run_with_the_packs_that_were_ticked(self, client, packs):
        make_instrument(code="CY-1")
        to = client.post(reverse("bench_pick"), {"pack": [pack.pk for pack in packs], "to": "capacity"}).url
        asked = client.get(to)
        data = {"kind": "capacity", "packs": ",".join(str(pack.pk) for pack in packs), "instrument": "CY-1"}

        page = client.post(reverse("bench_run_new"), data | {"c_rate": "0,33"}, follow=True).text

        assert "with 2 packs" in asked.text
        assert all(pack.serial in page for pack in packs) and "0,33" in page
        assert BenchRun.objects.get().head["instrument"] == "CY-1"

    def test_says_what_of_the_head_cannot_be_read(self, client):
        page = client.post(reverse("bench_run_new"), {"kind": "capacity", "c_rate": "fast"}).text

        assert "Enter a number, such as 74.5" in page and not BenchRun.objects.exists()

    def test_an_unknown_kind_is_not_found(self, client):
        assert client.get(reverse("bench_run_new"), {"kind": "magic"}).status_code == 404


class TestBenchRun:
    def test_shows_the_head_in_every_row_and_marks_what_overrules_it(self, client, run, packs):
        change(client, run, row_of(run, packs[0]), "temperature_degc", "24,5")

        page = client.get(address("bench_run", run)).text

        assert page.count('from-head">0,33<') == 2 and page.count('from-head">25<') == 1
        assert 'overrules">' in page and "24,5" in page

    def test_names_the_problems_of_a_cell_and_counts_rows(self, client, run, packs):
        fill_in(run, **{packs[0].serial: "85,1", packs[1].serial: "x"})

        page = client.get(address("bench_run", run)).text

        assert "Record 1 ready row<" in page and "Enter a number" in page and "74.00" in page

    def test_a_row_names_its_problems_and_leads_to_their_cells(self, client, packs):
        run = make_run(packs, instrument=make_instrument(code="CY-1"), measured_at="")
        fill_in(run, **{packs[0].serial: "85,1"})

        page = client.get(address("bench_run", run)).text

        key = row_of(run, packs[0]).pk
        assert "1 problem:" in page
        assert f'href="#cell-{key}-measured_at"' in page and f'id="cell-{key}-measured_at"' in page
        assert "With problems. Measured at (UTC): " in page

    def test_the_head_is_a_list_of_names_and_values(self, client, run):
        page = client.get(address("bench_run", run)).text

        assert "<div><dt>Instrument</dt><dd>CY-1</dd></div>" in page

    def test_a_pack_that_moved_on_says_so(self, client, run, packs):
        finish_testing(pack_ids=[packs[0].pk], actor=make_actor(), at=AT)

        assert (
            f"{packs[0].serial} is tested and not at the bench" in client.get(address("bench_run", run)).text
        )

    def test_tells_of_rows_that_others_changed(self, client, run, packs):
        since = AT.isoformat()
        BenchDraft.objects.filter(pack=packs[0]).update(saved_at=AT.replace(year=2027))

        assert "1 row changed by others" in client.get(address("bench_run", run), {"since": since}).text

    def test_asks_as_often_for_many_rows_as_for_one(self, client, django_assert_num_queries):
        one, many = make_run(make_inspected(1)), make_run(make_inspected(60))
        client.get(address("bench_run", one))  # the first request also notes the session
        with CaptureQueriesContext(connection) as for_one:
            client.get(address("bench_run", one))

        with django_assert_num_queries(len(for_one)):
            client.get(address("bench_run", many))

    def test_shows_a_hundred_rows_at_a_time(self, client):
        run = make_run(make_inspected(101))

        assert client.get(address("bench_run", run)).text.count('<tr id="row-') == 100
        assert client.get(address("bench_run", run), {"page": "2"}).text.count('<tr id="row-') == 1

    def test_never_shows_what_the_supplier_claims(self, client):
        run = make_run(make_inspected(declared_soh_percent="81.37"))

        assert "81.3" not in client.get(address("bench_run", run)).text


class TestHead:
    def test_holds_for_all_rows_at_once(self, client, run):
        texts = {name: text for name, text in run.head.items() if name != "instrument_id"}
        page = post(client, "bench_run_head", run, **texts, ambient_degc="21", seen="1").text

        assert page.count('from-head">21<') == 2

    def test_somebody_elses_head_is_not_overwritten(self, client, run):
        post(client, "bench_run_head", run, c_rate="0,5", seen="1")

        page = post(client, "bench_run_head", run, c_rate="1", seen="1").text

        assert "Somebody wrote “0,5” meanwhile." in page and BenchRun.objects.get().head["c_rate"] == "0,5"


class TestRows:
    def test_are_added_by_scan_and_by_list_and_told_of(self, client, run, packs):
        (new,) = make_inspected()

        page = post(client, "bench_run_add", run, code=f"{new.serial}\r\n{packs[0].serial}\nNOPE-1").text

        assert "1 packs added." in page and f"In the run already: {packs[0].serial}" in page
        assert "No pack has the serial NOPE-1" in page

    def test_are_taken_out(self, client, run, packs):
        post(client, "bench_row_choice", run, row_of(run, packs[0]))

        assert [row.pack for row in run.drafts.all()] == [packs[1]]


class TestCells:
    def test_a_cell_saves_itself_and_answers_with_its_row(self, client, run, packs):
        text = change(client, run, row_of(run, packs[0]), "measured_capacity_ah", "85,1").text

        assert "74.00" in text and "Record 1 ready row<" in text
        assert row_of(run, packs[0]).values == {"measured_capacity_ah": "85,1"}

    def test_two_people_in_one_cell_see_both_values(self, client, run, packs):
        row = row_of(run, packs[0])
        change(client, run, row, "note", "theirs")

        text = change(client, run, row, "note", "mine").text

        assert "Somebody wrote “theirs” meanwhile; you typed “mine”" in text
        assert row_of(run, packs[0]).values == {"note": "theirs"}

    def test_an_unknown_field_is_not_found(self, client, run, packs):
        assert change(client, run, row_of(run, packs[0]), "soh_percent", "80").status_code == 404

    def test_a_row_can_be_filled_in_without_script(self, client, run, packs):
        row = row_of(run, packs[0])
        url = address("bench_row", run, row)

        client.post(url, {"measured_capacity_ah": "85,1", "members": "module\tM1\t80\t115"})
        page = client.post(url, {"note": "mine", "was-note": "", "measured_capacity_ah": "86"}).text

        assert "Measured charge: " in page  # it was empty when this page was opened
        assert row_of(run, packs[0]).values["members"] == "module\tM1\t80\t115"

    def test_lines_that_the_browser_ends_its_way_are_no_conflict(self, client, run, packs):
        row = row_of(run, packs[0])
        change(client, run, row, "members", "module\tM1\t80\t115\nmodule\tM2\t81\t116")
        lines = "module\tM1\t80\t115\r\nmodule\tM2\t81\t116"

        answer = client.post(
            address("bench_row", run, row),
            {"members": f"{lines}\r\nmodule\tM3\t82\t117", "was-members": lines},
        )

        assert answer.status_code == 302
        assert row_of(run, packs[0]).values["members"].count("\n") == 2


class TestPaste:
    def test_fills_a_block_and_says_what_went_where(self, client, run, packs):
        block = "85,1\t30,2\r\n88,4\t31\t\r\n90\t1\r\n"
        rows = {"row": row_of(run, packs[0]).pk, "field": "measured_capacity_ah", "block": block}

        page = post(client, "bench_run_paste", run, **rows).text

        assert "4 cells of 2 rows pasted into Measured charge, Measured energy." in page
        assert "Not placed: 1 of 3 lines lie below the last row." in page
        assert row_of(run, packs[1]).values == {"measured_capacity_ah": "88,4", "measured_energy_kwh": "31"}

    def test_is_taken_back_in_one_step(self, client, run, packs):
        rows = {"row": row_of(run, packs[0]).pk, "field": "note", "block": "a\nb"}
        post(client, "bench_run_paste", run, **rows)

        page = post(client, "bench_run_undo", run).text

        assert "2 cells of 2 rows are as they were before." in page
        assert not any(row.values for row in run.drafts.all())


class TestRecord:
    def test_records_the_ready_rows_and_locks_them(self, client, run, packs, operator):
        fill_in(run, **{packs[0].serial: "85,1"})

        page = post(client, "bench_run_record", run, do="ready").text

        balance()
        assert "1 capacity tests recorded." in page and "data-locked" in page
        assert CapacityTest.objects.get().person_id == operator.pk
        refused = change(client, run, row_of(run, packs[0]), "note", "later")
        assert "This row is recorded" in refused.headers["HX-Trigger"]

    def test_all_or_none_says_why_not(self, client, run, packs):
        fill_in(run, **{packs[0].serial: "85,1"})

        assert "1 of 2 rows still empty" in post(client, "bench_run_record", run, do="all").text
        assert not CapacityTest.objects.exists()


class TestState:
    def test_a_closed_run_takes_nothing_until_it_is_open_again(self, client, run, packs):
        post(client, "bench_run_state", run, do="close")

        page = post(client, "bench_run_add", run, code=packs[0].serial).text
        assert "is closed: open it again first" in page

        post(client, "bench_run_state", run, do="discard")
        assert BenchRun.objects.get().state == "discarded"
        post(client, "bench_run_state", run, do="reopen")
        assert BenchRun.objects.get().state == "open" and run.drafts.count() == 2
