"""The demo: a year of packs, and a trail that holds."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from statistics import mean

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from grading.management.demo import fleet, people
from grading.management.demo.documents import UNMATCHED
from grading.models import Decision, Dispute, Instrument, ReviewCase
from grading.queries.instruments import standing_of
from intake.domain.lifecycle import Status
from intake.models import Attachment, Manifest, Pack, Photo, Supplier
from intake.queries.manifests import rules_of
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.audit.events import EVENTS
from rebattery.audit.trail import events
from rebattery.notices.models import Delivery, Endpoint, Preference

NOT_IN_THE_DEMO = {
    "instrument.calibrated": "Trails of before certificates were rows; nothing writes it any more.",
    "calibration.carried_over": "A migration writes it; test_certificates_migration.py proves it.",
    "review.carried_on": "It takes packs in review that are graded again; tests/grading/services proves it.",
    "review.overtaken": "It takes a dangerous pack that nobody reviewed; tests/grading/services proves it.",
    "dispute.carried_on": "An override taken back beside a dispute; tests/grading/services proves it.",
    "grading_run.stopped": "It takes a job that fails nine times; tests/grading/services proves it.",
    "manifest.failed": "It takes a reader that dies four times; tests/intake/services proves it.",
    "attachments.failed": "As with manifests; tests/intake/services/attachments proves it.",
    "manifest.renamed": "It takes a good file refused for its name; tests/intake/services proves it.",
}


@pytest.fixture
def demo(db, settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    call_command("seed_demo")
    connection.check_constraints()


class TestSeedDemo:
    @pytest.mark.timeout(300)  # it lives through a year
    def test_is_a_whole_year_whose_trail_holds(self, demo, capsys, client, django_assert_max_num_queries):
        assert_packs_of_every_kind()
        assert_honest_and_other_suppliers()
        assert_every_event_was_written()
        assert_what_waits_for_people()
        assert_documents_disputes_and_notices()
        assert_everybody_can_sign_in(client)
        call_command("verify_trail")
        call_command("replay_decisions")
        capsys.readouterr()

        before = events().count()
        with django_assert_max_num_queries(3):
            call_command("seed_demo")

        assert events().count() == before
        told = capsys.readouterr().out
        assert all(email in told for _, email in people.logins())
        assert people.PASSWORD in told

    def test_refuses_where_real_people_sign_in(self, db, settings):
        settings.LOCAL = False
        with pytest.raises(CommandError, match="local use only"):
            call_command("seed_demo")
        assert not User.objects.exists()


def assert_packs_of_every_kind():
    packs = Counter(Pack.objects.values_list("status", flat=True))
    assert 380 <= packs.total() <= 430
    assert set(packs) == {status.value for status in Status}
    grades = set(Decision.objects.filter(superseded_by=None).values_list("grade", flat=True))
    assert grades == {"A", "B", "C", "D", "H", "Q", "X"}
    assert Photo.objects.filter(slot="damage").exists()


def assert_honest_and_other_suppliers():
    assert set(Supplier.objects.values_list("code", flat=True)) == {s.code for s in fleet.SOURCES}
    gaps: dict[str, list[float]] = {}
    measured = Decision.objects.filter(evidence__has_key="soh_percent")
    for evidence, code in measured.values_list("evidence", "pack__supplier__code"):
        gap = float(evidence["declared_soh_percent"]) - float(evidence["soh_percent"])
        gaps.setdefault(code, []).append(gap)
    assert mean(gaps["NORDFLEET"]) < 1 < mean(gaps["RHEIN"]) < mean(gaps["QUAYSIDE"])
    assert Pack.objects.filter(supplier__code="NORDFLEET", status=Status.MISSING).count() == 0
    drafts = Manifest.objects.filter(supplier__code="DEMO", state="draft").order_by("received_at")
    *_, flawed, in_part = drafts
    assert drafts.count() == 3
    rules = {rule.rule for rule in rules_of(manifest=flawed) if rule.severity == "error"}
    assert rules == {"serial_repeated", "date_unreadable", "out_of_range"}
    assert (in_part.batch.packs.count(), in_part.summary["refused"]) == (3, 2)


def assert_every_event_was_written():
    written = set(events().order_by().values_list("event_type", flat=True))
    assert written == set(EVENTS) - set(NOT_IN_THE_DEMO)
    moments = list(events().order_by("id").values_list("at", flat=True))
    assert moments == sorted(moments)
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert today - timedelta(days=366) <= moments[0]
    assert today - timedelta(hours=1) < moments[-1] < today


def assert_what_waits_for_people():
    states = set(ReviewCase.objects.values_list("state", flat=True))
    assert states == set(ReviewCase.State.values)
    today = timezone.now().date()
    faults = {i.code: standing_of(instrument=i, on=today).fault for i in Instrument.objects.all()}
    assert faults["CYC-3"].startswith("Calibration lapsed")
    assert not faults["CYC-2"]
    assert faults["CYC-5"].startswith("Failed its check on")
    soon = standing_of(instrument=Instrument.objects.get(code="CYC-2"), on=today + timedelta(days=14))
    assert soon.fault


def assert_documents_disputes_and_notices():
    documents = Attachment.objects.filter(batch__supplier__code="DEMO")
    matched = {document.kind for document in documents if document.pack_id}
    assert matched == {"certificate", "photo", "bms_dump"}
    assert documents.get(pack=None).file_name == UNMATCHED
    assert documents.exclude(withdrawn_at=None).count() == 1
    disputes = Dispute.objects.filter(pack__supplier__code="DEMO")
    assert sorted(disputes.values_list("state", flat=True)) == ["open", "rejected", "upheld"]
    upheld = disputes.get(state="upheld")
    assert Decision.objects.filter(pack=upheld.pack_id, decided_at__gt=upheld.answered_at).exists()
    assert Endpoint.objects.get().is_active
    assert Preference.objects.get().muted == ["batch_announced"]
    # The mails of the past are settled, and nothing was sent to the webhook that leads nowhere.
    assert set(Delivery.objects.values_list("channel", "state")) == {("mail", "sent")}


def assert_everybody_can_sign_in(client: Client):
    roles = Counter(User.objects.values_list("role", flat=True))
    assert roles == {
        Role.SUPPLIER: 5, Role.WAREHOUSE: 2, Role.REVIEWER: 2, Role.ADMINISTRATOR: 1, Role.AUDITOR: 1,
    }  # fmt: skip
    assert all(person.check_password(people.PASSWORD) for person in User.objects.filter(role=Role.REVIEWER))
    assert client.login(email="warehouse@demo.example", password=people.PASSWORD)


class TestDrawPacks:
    def test_ages_and_lies_as_the_fleet_does(self):
        honest, trader = fleet.SOURCES[1], fleet.SOURCES[4]
        drawn = {s.code: drawn_from(s) for s in (honest, trader)}

        def gap(packs):
            return mean(float(pack.claimed_soh_percent - pack.soh_percent) for pack in packs)

        assert abs(gap(drawn[honest.code])) < 1
        assert gap(drawn[trader.code]) > 8
        assert all(10 <= pack.soh_percent <= 101 for pack in drawn[trader.code])
        assert all(pack.weakest_percent <= pack.soh_percent + 1 for pack in drawn[trader.code])
        assert not any(p.damage and not p.declared_damage for p in drawn[honest.code])
        hidden = [p for p in drawn[trader.code] if p.damage and not p.declared_damage]
        assert len(hidden) / len(drawn[trader.code]) == pytest.approx(0.108, abs=0.03)

    def test_is_the_same_for_the_same_seed(self):
        assert drawn_from(fleet.SOURCES[0], 20) == drawn_from(fleet.SOURCES[0], 20)


def drawn_from(source: fleet.Source, count: int = 2000) -> list[fleet.TruePack]:
    return fleet.draw_packs(source=source, count=count, first_number=1, on=date(2026, 3, 1), random=Random(7))
