"""The walk of three packs through the services: what each step leaves in the tables and in the trail."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from grading.models import CapacityTest, Decision, Instrument, ResistanceTest, ReviewCase
from grading.queries.decisions import replayed_decisions
from grading.services import decisions, reviews
from grading.services.reviews.cases import Justification
from grading.services.reviews.overriding import SecondPersonNeeded
from grading.services.test_runs import CapacityInput, ResistanceInput, record_capacity, record_resistance
from intake.domain.hazards import QUESTIONS
from intake.domain.inspection import IDENTITY, Observation
from intake.models import Batch, Inspection, Manifest, Pack, Photo, Scan
from intake.services import inspections, manifests, photos, receiving
from rebattery.accounts.roles import Role
from rebattery.actor import Actor, task_actor
from rebattery.audit.trail import entry_of, events, events_of_pack
from rebattery.audit.verify import verify
from rebattery.celery import app as celery_app
from rebattery.jobs import Job, send
from tests.evidence import publish_seed
from tests.factories import balance, make_actor, make_instrument, make_person, make_supplier
from tests.intake.pictures import jpeg

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
REUSED, REJECTED, LEAKING = "RB-LFP-1", "RB-NMC-2", "RB-HAZ-3"
FILE = """Pack serial;Make;Model;Chemistry;Nominal energy (kWh);Rated capacity (Ah);SOH (%);\
SOH method;Accident;DDR status;Received as
RB-LFP-1;Nissan;Leaf;LFP;40,0;115,0;78,5;BMS;no;none;product
RB-NMC-2;Nissan;Leaf;NMC;40,0;115,0;84,0;BMS;no;none;product
RB-HAZ-3;Nissan;Leaf;NMC;40,0;115,0;84,0;BMS;no;damaged;product
"""


class Walk:
    """People with a clock: every step is five minutes after the one before."""

    def __init__(self) -> None:
        self.at = START
        publish_seed()
        self.supplier = make_supplier("NORTH", "North Fleet")
        self.sender = self.somebody(Role.SUPPLIER, "Sami", supplier=self.supplier)
        self.worker = self.somebody(Role.WAREHOUSE, "Wanda")
        self.rosa, self.ravi = (self.somebody(Role.REVIEWER, name) for name in ("Rosa", "Ravi"))
        self.cycler = make_instrument(code="CYC-1")
        self.tester = make_instrument(code="IR-1", kind=Instrument.Kind.IR_TESTER)

    def somebody(self, role: Role, name: str, **more) -> Actor:
        return make_actor(make_person(role, name=name, **more))

    def by(self, actor: Actor) -> dict[str, object]:
        self.at += timedelta(minutes=5)
        return {"actor": actor, "at": self.at}

    def pack(self, serial: str) -> Pack:
        return Pack.objects.get(serial=serial)

    def send(self) -> None:
        manifest = manifests.accept(
            supplier=self.supplier, file_name="north.csv", content=FILE.encode(), **self.by(self.sender)
        )
        manifests.run(manifest_id=manifest.pk, **self.by(task_actor("Manifest reader", job_id="1")))

    def receive(self, code: str) -> Scan:
        batch = Batch.objects.get()
        return receiving.receive(batch_id=batch.pk, code=code, nonce=None, **self.by(self.worker))

    def inspect(self, serial: str) -> None:
        pack_id = self.pack(serial).pk
        photos.add(
            pack_ids=[pack_id], slot="label", file_name="a.jpg", content=jpeg(), **self.by(self.worker)
        )
        seen = Observation(
            pack_id=pack_id,
            answers={question.code: "no" for question in QUESTIONS} | {IDENTITY: "yes"},
            isolation_kohm=Decimal(500),
            pack_voltage_v=Decimal(350),
        )
        inspections.submit(observations=[seen], **self.by(self.worker))

    def measure_capacity(self, serial: str, ah: str, reason: str = "") -> None:
        row = CapacityInput(
            pack_id=self.pack(serial).pk, instrument_id=self.cycler.pk, method="cc_discharge", basis="ah",
            measured_capacity_ah=Decimal(ah), reference_source="nameplate", c_rate=Decimal("0.33"),
            temperature_degc=Decimal(25), voltage_from_v=Decimal(398), voltage_to_v=Decimal(301),
            ended_by_cell_limit=True, measured_at=self.at, reason=reason,
        )  # fmt: skip
        record_capacity(rows=[row], **self.by(self.worker))

    def measure_resistance(self, serial: str, mohm: str) -> None:
        row = ResistanceInput(
            pack_id=self.pack(serial).pk, instrument_id=self.tester.pk, method="dc_pulse",
            ir_mohm=Decimal(mohm), soc_percent=Decimal(50), temperature_degc=Decimal(25),
            pulse_duration_s=Decimal(10), pulse_current_a=Decimal(120), baseline_source="pack_datasheet",
            baseline_mohm=Decimal(60), baseline_pulse_s=Decimal(10), baseline_soc_percent=Decimal(50),
            baseline_temperature_degc=Decimal(25), measured_at=self.at,
        )  # fmt: skip
        record_resistance(rows=[row], **self.by(self.worker))

    def grade(self) -> None:
        self.at += timedelta(minutes=5)
        decisions.grade_waiting(actor=task_actor("Grading", job_id="2"), now=lambda: self.at)

    def case(self, serial: str) -> ReviewCase:
        return ReviewCase.objects.get(pack=self.pack(serial), closed_at=None)


@pytest.fixture
def walk(db, settings, tmp_path) -> Walk:
    settings.FILES_ROOT = tmp_path
    return Walk()


def told(serial: str, count: int) -> list[str]:
    """Return the last ``count`` sentences of the trail about a pack."""
    story = events_of_pack(pack_id=Pack.objects.get(serial=serial).pk)
    return [entry_of(event).sentence for event in story][-count:]


def why(code: str, text: str) -> Justification:
    return Justification(code=code, text=text)


class TestWalk:
    @pytest.mark.rule(11)
    def test_leaves_rows_and_sentences_at_every_step(self, walk):
        self.from_file_to_dock(walk)
        self.through_inspection(walk)
        self.over_the_bench(walk)
        self.through_review(walk)

        balance()
        assert list(verify()) == []
        replayed = list(replayed_decisions())
        assert len(replayed) == 5
        assert [each for each in replayed if each.differences] == []

    def from_file_to_dock(self, walk: Walk) -> None:
        walk.send()
        batch = Batch.objects.get()
        assert (Manifest.objects.get().state, Pack.objects.filter(status="announced").count()) == (
            "imported",
            3,
        )
        assert told(REUSED, 1) == [f"Announced in batch {batch.number}, row 2 of the file."]

        scans = [walk.receive(code) for code in (REUSED, "rb-nmc-2", LEAKING, LEAKING, "STRANGER")]

        assert [scan.outcome for scan in scans] == ["received"] * 3 + ["already", "unexpected"]
        assert told(REUSED, 2) == [
            f"Wanda received the pack in batch {batch.number}.",
            f"Wanda scanned {REUSED}: received (batch {batch.number}).",
        ]

    def through_inspection(self, walk: Walk) -> None:
        for serial in (REUSED, REJECTED):
            walk.inspect(serial)
        assert Inspection.objects.filter(safety="ok").count() == Photo.objects.count() == 2
        assert told(REUSED, 2) == [
            "Wanda submitted an inspection: no hazard found.",
            "Wanda passed the pack's inspection.",
        ]

        leaking = walk.pack(LEAKING)
        inspections.report_hazard(
            pack_ids=[leaking.pk], codes=["active_leak"], note="", **walk.by(walk.worker)
        )

        assert walk.pack(LEAKING).status == "quarantined"
        assert told(LEAKING, 1) == ["Wanda put the pack into quarantine: Fluid leaking now"]

    def over_the_bench(self, walk: Walk) -> None:
        walk.measure_capacity(REUSED, "85.68")
        walk.measure_resistance(REUSED, "66.5")
        walk.measure_capacity(REJECTED, "89.7")
        assert (CapacityTest.objects.count(), ResistanceTest.objects.count()) == (2, 1)
        assert told(REUSED, 2) == [
            "Wanda recorded a resistance test: 66.5 mΩ with IR-1.",
            "Wanda finished testing.",
        ]

        walk.grade()

        grades = dict(Decision.objects.values_list("pack__serial", "grade"))
        assert grades == {REUSED: "B", REJECTED: "D", LEAKING: "Q"}
        assert walk.pack(REUSED).status == "graded"
        assert told(REUSED, 1) == ["Graded B by seed-v1 v1 for pack reuse."]
        assert walk.pack(REJECTED).status == "in_review"
        assert told(REJECTED, 1) == ["A review was opened: Nickel chemistry, SOH not above 80 %."]

    def through_review(self, walk: Walk) -> None:
        case = walk.case(REJECTED)
        retest = why("instrument_doubt", "The cycler was noisy.")
        reviews.order_retest(cases={case.pk: case.version}, why=retest, **walk.by(walk.rosa))
        assert told(REJECTED, 2) == ["Rosa ordered a retest: The cycler was noisy."] * 2

        walk.measure_capacity(REJECTED, "89.9", reason="Retest")
        walk.grade()
        assert CapacityTest.objects.filter(pack=walk.pack(REJECTED), superseded_by=None).count() == 1
        self.override(walk)

    def override(self, walk: Walk) -> None:
        case = walk.case(REJECTED)
        asked = why("customer", "A customer takes it.")
        reviews.override_request(
            case_id=case.pk,
            version=case.version,
            grade="C",
            why=asked,
            scope=reviews.Scope(code="any_use"),
            **walk.by(walk.rosa),
        )
        case.refresh_from_db()
        answer = {"case_id": case.pk, "version": case.version, "why": why("evidence_convinces", "Agreed.")}
        with pytest.raises(SecondPersonNeeded):
            reviews.override_approve(**answer, **walk.by(walk.rosa))
        assert walk.pack(REJECTED).status == "in_review"

        reviews.override_approve(**answer, **walk.by(walk.ravi))

        assert Decision.objects.get(pack=walk.pack(REJECTED), superseded_by=None).grade == "C"
        assert walk.pack(REJECTED).status == "graded"
        assert told(REJECTED, 2) == [
            "Ravi approved the override that Rosa asked for: Agreed.",
            "Ravi accepted the pack after review: A customer takes it.",
        ]


def test_a_file_is_taken_in_while_the_broker_is_dead(worker, monkeypatch):
    """The message is lost; the sweep finds the file, and the worker reads it."""
    with monkeypatch.context() as dead:
        dead.setattr(celery_app.conf, "broker_url", "redis://127.0.0.1:1/0")
        dead.setattr(celery_app, "_pool", None)
        dead.setattr(celery_app.amqp, "_producer_pool", None)
        assert not send(Job.SWEEP_MANIFESTS)
        manifest = manifests.accept(
            supplier=make_supplier(),
            file_name="north.csv",
            content=FILE.encode(),
            actor=make_actor(),
            at=START,
        )
    assert manifest.state == "queued"

    assert manifests.sweep() == 1

    ends = time.monotonic() + 30
    while not Batch.objects.exists():
        assert time.monotonic() < ends, "the worker did not read it"
        time.sleep(0.1)
    assert Pack.objects.count() == 3
    assert events().filter(event_type="manifest.accepted").count() == 1
    assert list(verify()) == []
