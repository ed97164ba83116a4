"""Trying a policy on the measured population."""

import hashlib
import json
from copy import deepcopy
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from grading.domain.policy import seed_document
from grading.models import Decision, WhatIfMove, WhatIfReport
from grading.services.what_if.snapshots import take_population
from intake.services import receiving
from rebattery.audit.trail import events
from tests.evidence import TESTED_AT, make_tested, publish_seed
from tests.factories import make_actor, make_person
from tests.grading.policy_drafting import make_draft

pytestmark = pytest.mark.django_db
NOW = TESTED_AT + timedelta(days=1)
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def seed():
    return publish_seed()


@pytest.fixture
def fleet(seed):
    packs = [make_tested(soh=soh, nominal_energy_kwh="50")[0] for soh in ("61", "70", "80", "85")]
    take_population(at=NOW)
    return packs


@pytest.fixture
def reviewer(client):
    client.force_login(make_person("reviewer"))
    return client


class TestAccess:
    @pytest.mark.parametrize("name", ["what_if", "what_if_report", "what_if_report_file"])
    def test_a_supplier_is_refused(self, client, name):
        client.force_login(make_person("supplier"))

        args = [] if name == "what_if" else [1]
        assert client.get(reverse(name, args=args)).status_code == 403

    @pytest.mark.parametrize("role", ["supplier", "warehouse", "auditor"])
    @pytest.mark.parametrize("name", ["what_if_keep", "what_if_snapshot"])
    def test_only_those_who_manage_policies_keep_and_take(self, client, fleet, role, name):
        client.force_login(make_person(role))

        assert client.post(reverse(name)).status_code == 403
        assert not WhatIfReport.objects.exists()

    def test_an_unknown_report_is_not_found(self, reviewer):
        assert reviewer.get(reverse("what_if_report", args=[0])).status_code == 404


class TestWhatIf:
    def test_says_what_is_missing_before_the_first_snapshot(self, reviewer, seed):
        page = reviewer.get(reverse("what_if")).text

        assert "No snapshot of the population has been taken yet." in page
        assert "Take a snapshot now" in page

    def test_says_that_a_policy_against_itself_moves_nothing(self, reviewer, fleet):
        assert "Of 4 packs none would get another grade or route." in reviewer.get(reverse("what_if")).text

    def test_tells_what_a_moved_threshold_would_do_and_does_nothing(self, reviewer, fleet):
        before = (Decision.objects.count(), events().count())

        page = reviewer.get(reverse("what_if"), {"soh-LFP-60": "70.5"}).text

        words = "Of 4 packs 2 (50.0 %) would move: 2 to a stricter grade, 0 to a less strict one; 2 would go"
        assert words in page
        assert "66 kWh less would be under warranty" in page
        assert "70.5 % (was 60)" in page
        assert "Pack reuse to Small application: 2" in page
        assert (Decision.objects.count(), events().count()) == before

    def test_tells_drafts_from_each_other_and_from_the_live_policy(self, reviewer, seed, fleet):
        one, other = make_draft(title="Winter"), make_draft(title="Winter")

        page = reviewer.get(reverse("what_if"), {"candidate": f"d{one.pk}", "guard": "5"}).text
        reviewer.post(reverse("what_if_keep"), {"candidate": f"d{other.pk}", "against": seed.pk})

        for draft in (one, other):
            assert f"seed-v1, draft {draft.pk} revision 1 by {draft.author}: Winter" in page
        assert f"By seed-v1, draft {one.pk} revision 1 with 1 threshold moved" in page
        assert WhatIfReport.objects.get().title == f"seed-v1, draft {other.pk} revision 1 against seed-v1 v1"

    def test_answers_a_moving_slider_with_the_numbers_alone(self, reviewer, fleet):
        response = reviewer.get(reverse("what_if"), {"guard": "5", "soh-LFP-60": "60"}, headers=FRAGMENT)

        answer, address = response.text, response["HX-Replace-Url"]
        assert "guard=5" in address and "soh-LFP-60" not in address  # what is moved outlives a reload
        assert "<html" not in answer
        assert 'id="in-words"' in answer
        assert 'id="guard-words" hx-swap-oob' in answer

    def test_narrows_to_a_supplier_and_a_period(self, reviewer, fleet):
        query = {"since": str((TESTED_AT + timedelta(days=1)).date())}

        assert "No measured pack is in this selection." in reviewer.get(reverse("what_if"), query).text
        query = {"since": str(TESTED_AT.date()), "supplier": fleet[0].supplier.code}
        assert "Of 1 pack none" in reviewer.get(reverse("what_if"), query).text

    def test_stops_a_limit_before_its_neighbor(self, reviewer, fleet):
        page = reviewer.get(reverse("what_if"), {"soh-LFP-60": "90"}).text

        assert "79.5 % (was 60)" in page
        assert "This policy cannot be used" not in page

    @pytest.mark.parametrize("value", ["", "abc", "NaN", "-5", "1e9"])
    def test_survives_what_is_no_threshold(self, reviewer, fleet, value):
        assert reviewer.get(reverse("what_if"), {"guard": value}).status_code == 200

    @pytest.mark.parametrize("candidate", ["v0", "x1", "v", "d999", "v²"])
    def test_refuses_an_unknown_candidate(self, reviewer, fleet, candidate):
        page = reviewer.get(reverse("what_if"), {"candidate": candidate})

        assert page.status_code == 200
        assert "is not one of the available choices" in page.text

    @pytest.mark.parametrize("headers", [{}, FRAGMENT])
    def test_names_both_days_of_a_period_that_ends_before_it_begins(self, reviewer, fleet, headers):
        days = {"since": "2026-12-02", "until": "2026-12-01"}

        page = reviewer.get(reverse("what_if"), days, headers=headers).text

        assert "The first day, 2026-12-02, is after the last, 2026-12-01" in page
        assert "No measured pack is in this selection" not in page

    def test_tells_other_warranty_terms_where_the_energy_stays(self, reviewer, fleet):
        document = deepcopy(seed_document()) | {"id": "shorter"}
        document["warranty"]["A"]["term_months"] = 12
        file = SimpleUploadedFile("policy.json", json.dumps(document).encode())

        shorter = reviewer.post(reverse("what_if_keep"), {"file": file}, follow=True).text
        lower = reviewer.get(reverse("what_if"), {"soh-LFP-80": "90"}).text

        assert "The kWh under warranty stay; terms: 1 pack from A (24 months) to A (12 months)." in shorter
        assert "terms:" not in reviewer.get(reverse("what_if")).text
        assert "The kWh under warranty stay; terms: 1 pack from A (24 months) to B (12 months)." in lower


class TestWhatIfSnapshot:
    def test_leads_back_to_what_was_being_compared(self, reviewer, fleet, seed):
        asked = {"candidate": f"v{seed.pk}", "soh-LFP-60": "70.5"}
        for headers in ({}, FRAGMENT):
            page = reviewer.get(reverse("what_if"), asked, headers=headers).text
            choice = page.split('<div id="choice"')[1].split("</div>")[0]
            for name, value in asked.items():
                assert f'<input type="hidden" name="{name}" value="{value}">' in choice

        led = reviewer.post(reverse("what_if_snapshot"), asked | {"csrfmiddlewaretoken": "x"})

        assert led["Location"] == f"/policies/what-if/?candidate=v{seed.pk}&soh-LFP-60=70.5"
        assert reviewer.post(reverse("what_if_snapshot"))["Location"] == "/policies/what-if/"


class TestWhatIfKeep:
    def test_keeps_numbers_packs_and_one_event(self, reviewer, fleet, seed):
        asked = {"candidate": f"v{seed.pk}", "against": seed.pk, "soh-LFP-60": "70.5"}

        answer = reviewer.post(reverse("what_if_keep"), asked, follow=True)

        report = WhatIfReport.objects.get()
        assert answer.redirect_chain[-1][0] == reverse("what_if_report", args=[report.pk])
        assert report.numbers["moved"] == report.moves_kept == 2
        moves = WhatIfMove.objects.order_by("usable_wh").values_list(
            "pack", "old_grade", "new_grade", "usable_wh"
        )
        assert list(moves) == [(fleet[0].pk, "B", "C", 30_500), (fleet[1].pk, "B", "C", 35_000)]
        event = events().filter(event_type="what_if_report.made").get()
        assert event.subject_id == report.pk
        assert report.sha256 in answer.text
        assert fleet[0].serial in answer.text
        assert report.title == "seed-v1 v1 with 1 threshold moved against seed-v1 v1"
        assert "?old_grade=B&amp;new_grade=C#moves" in answer.text

    def test_keeps_the_same_trial_once(self, reviewer, fleet):
        for _ in range(2):
            reviewer.post(reverse("what_if_keep"))

        assert WhatIfReport.objects.count() == 1

    def test_tries_a_policy_from_a_file(self, reviewer, fleet):
        document = deepcopy(seed_document()) | {"id": "stricter", "guard_band_pts": "2"}
        file = SimpleUploadedFile("policy.json", json.dumps(document).encode())

        page = reviewer.post(reverse("what_if_keep"), {"file": file}, follow=True).text

        report = WhatIfReport.objects.get()
        assert report.document == document
        assert "stricter v1 against seed-v1 v1" in page
        again = reviewer.get(reverse("what_if"), {"candidate": f"r{report.pk}"}).text
        assert "Of 4 packs 1 (25.0 %) would move" in again

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"{", "This is no JSON file."),
            (b"[]", "A policy document is one JSON object."),
            (b"{}", "This policy cannot be used"),
            (b"\xff", "This is no JSON file."),
            (b'{"id": "a\\u0000"}', "holds a character that cannot be kept"),
        ],
    )
    def test_says_what_is_wrong_with_a_file(self, reviewer, fleet, content, words):
        file = SimpleUploadedFile("policy.json", content)

        page = reviewer.post(reverse("what_if_keep"), {"file": file}, follow=True).text

        assert words in page
        assert not WhatIfReport.objects.exists()


class TestWhatIfReport:
    @pytest.fixture
    def report(self, reviewer, fleet):
        reviewer.post(reverse("what_if_keep"), {"soh-LFP-60": "70.5"})
        return WhatIfReport.objects.get()

    def test_exports_the_packs_as_filtered(self, reviewer, report, fleet):
        here = reverse("what_if_report", args=[report.pk])

        lines = b"".join(reviewer.get(here, {"export": "csv", "q": fleet[1].serial})).decode().splitlines()

        assert len(lines) == 2
        assert fleet[1].serial in lines[1]
        assert reviewer.get(here, {"new_grade": "A"}).text.count(fleet[0].serial) == 0

    def test_is_a_file_with_the_hash_to_cite(self, reviewer, report):
        file = reviewer.get(reverse("what_if_report_file", args=[report.pk]))

        assert hashlib.sha256(file.content).hexdigest() == report.sha256
        assert file["Content-Disposition"].startswith("attachment")
        assert file.wsgi_request.path in reviewer.get(reverse("what_if_report", args=[report.pk])).text

    @pytest.mark.parametrize(("role", "can"), [("reviewer", True), ("administrator", False)])
    def test_offers_to_grade_again_to_those_who_may(self, client, report, role, can):
        client.force_login(make_person(role))

        page = client.get(reverse("what_if_report", args=[report.pk])).text

        assert "The listed packs as they are now</a>" in page
        assert ("from where they can be graded again" in page) is can

    def test_tells_open_batches_from_all(self, reviewer, fleet):
        receiving.close_batch(batch_id=fleet[0].batch_id, actor=make_actor(), at=NOW)

        reviewer.post(reverse("what_if_keep"), {"soh-LFP-60": "70.5"})

        affected = WhatIfReport.objects.get().numbers["affected"]
        assert affected["batch"]["count"] == 2
        assert affected["open_batch"] == {"count": 1, "most": [[fleet[1].batch_id, 1, 1]]}

    def test_every_count_of_moved_packs_leads_to_their_list(self, reviewer, report):
        shown = reviewer.get(reverse("what_if_report", args=[report.pk])).context["shown"]

        counts = {cell.url: cell.count for _, cells, _ in shown.matrix.rows for cell in cells if cell.url}
        counts |= {flow.url: flow.count for flow in shown.routes.flows if flow.url}
        counts |= {row["url"]: row["moved"] for part in shown.affected for row in part["rows"]}
        assert len(counts) == 1 + 1 + 2 + 2
        for url, count in counts.items():
            assert len(reviewer.get(url).context["page"].rows) == count, url

    def test_cites_the_population_and_both_policies(self, reviewer, fleet, seed):
        asked = {"soh-LFP-60": "70.5", "supplier": fleet[0].supplier.code, "since": "2026-01-01"}
        reviewer.post(reverse("what_if_keep"), asked)
        report = WhatIfReport.objects.get()

        page = reviewer.get(reverse("what_if_report", args=[report.pk])).text

        for hashed in (report.document_sha256, seed.sha256, report.snapshot_sha256, report.sha256):
            assert hashed in page
        assert f"Supplier: {fleet[0].supplier.code}, Measured from: 2026-01-01" in page

    def test_cannot_be_changed(self, report):
        with pytest.raises(DatabaseError), transaction.atomic():
            WhatIfReport.objects.filter(pk=report.pk).update(title="Other")
        with pytest.raises(DatabaseError), transaction.atomic():
            WhatIfMove.objects.filter(report=report).update(new_grade="A")

    def test_sorts_by_energy(self, reviewer, report, fleet):
        page = reviewer.get(reverse("what_if_report", args=[report.pk]), {"sort": "-usable_wh"}).text

        assert page.index(fleet[1].serial) < page.index(fleet[0].serial)
