"""Sets of packs with evidence on them, written with their trail, for tests of what follows."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from grading.domain.policy import seed_document
from grading.models import CapacityTest, Instrument, PolicyVersion, ResistanceTest, ReviewCase
from grading.services import decisions
from grading.services.policies import publish
from intake.domain.lifecycle import Move
from intake.models import Inspection, Pack, Supplier
from intake.services.lifecycle import move_packs
from rebattery.accounts.models import User
from rebattery.actor import SYSTEM
from rebattery.audit.record import Event, record
from tests.factories import AT, make_batch, make_instrument

TESTED_AT = AT + timedelta(hours=4)
GRADED_AT = AT + timedelta(hours=5)


def publish_seed() -> PolicyVersion:
    return publish(document=seed_document(), actor=SYSTEM, at=AT)


def make_inspected(
    count: int = 1,
    *,
    safety: str = "ok",
    by: User | None = None,
    supplier: Supplier | None = None,
    **pack: Any,
) -> list[Pack]:
    """Make packs that were inspected; with another ``safety`` than ok they are in quarantine."""
    packs = list(make_batch(supplier, packs=[pack or {} for _ in range(count)]).packs.order_by("id"))
    with transaction.atomic():
        _move(packs, Move.RECEIVE, facts={"batch": "T"})
        add_inspection(packs, safety, by=by)
        if safety == "ok":
            _move(packs, Move.PASS_INSPECTION)
        else:
            _move(packs, Move.QUARANTINE, reason="Found by the inspection")
    return packs


def add_inspection(packs: Sequence[Pack], safety: str, *, by: User | None = None, **fields: Any) -> None:
    """Submit an inspection of each pack with this outcome; moves no pack."""
    values = {"answers": {}, "safety": safety, "identity_confirmed": True, "at": AT} | _person(by) | fields
    _insert([Inspection(pack=pack, **values) for pack in packs], "inspection.submitted", {"outcome": safety})


def add_capacity(packs: Sequence[Pack], soh: str, *, by: User | None = None, **fields: Any) -> None:
    """Record a capacity test of each pack that gives ``soh`` percent."""
    values = {
        "method": "cc_discharge", "basis": "ah", "measured_capacity_ah": Decimal(50),
        "reference_value": Decimal(100), "reference_source": "test", "c_rate": Decimal("0.33"),
        "certificate_number": "CAL-1", "temperature_degc": Decimal(25), "voltage_from_v": Decimal(400),
        "voltage_to_v": Decimal(300), "ended_by_cell_limit": True, "soh_percent": Decimal(soh),
        "measured_at": TESTED_AT, "at": TESTED_AT, "instrument": _instrument(),
    }  # fmt: skip
    _insert(
        [CapacityTest(pack=pack, **values | _person(by) | fields) for pack in packs],
        "capacity_test.recorded",
        {"soh": soh, "instrument": "T"},
    )


def add_resistance(packs: Sequence[Pack], ratio: str, *, by: User | None = None, **fields: Any) -> None:
    """Record a comparable resistance test of each pack that gives ``ratio`` to its baseline."""
    values = {
        "method": "dc_pulse", "certificate_number": "CAL-1", "pulse_duration_s": Decimal(10),
        "soc_percent": Decimal(50), "temperature_degc": Decimal(25), "ir_mohm": Decimal(60),
        "baseline_mohm": Decimal(60), "baseline_source": "type", "ir_ratio": Decimal(ratio),
        "is_comparable": True, "measured_at": TESTED_AT, "at": TESTED_AT, "instrument": _instrument(),
    }  # fmt: skip
    rows = [ResistanceTest(pack=pack, **values | _person(by) | fields) for pack in packs]
    _insert(rows, "resistance_test.recorded", {"ir": 60, "instrument": "T"})


def make_tested(
    count: int = 1, *, soh: str | None = "74", ratio: str | None = "1.2", by: User | None = None, **pack: Any
) -> list[Pack]:
    """Make packs that wait for their grade; by default LFP packs that get a B."""
    packs = make_inspected(count, by=by, **{"chemistry": "LFP"} | pack)
    if soh is not None:
        add_capacity(packs, soh, by=by)
    if ratio is not None:
        add_resistance(packs, ratio, by=by)
    _move(packs, Move.COMPLETE_TESTS)
    return packs


def finish_again(packs: Sequence[Pack]) -> None:
    """Take inspected packs to tested."""
    _move(packs, Move.COMPLETE_TESTS)


def _move(packs: Sequence[Pack], move: Move, **more: Any) -> None:
    move_packs(pack_ids=[pack.pk for pack in packs], move=move, actor=SYSTEM, at=TESTED_AT, **more)


@transaction.atomic
def _insert(rows: Sequence[Any], code: str, facts: dict[str, Any]) -> None:
    model = type(rows[0])
    events = _supersede(rows, code.split(".")[0])
    model.objects.bulk_create(rows)
    events += [
        Event(
            code=code, subject_id=row.pk, subject_label=str(row), pack_id=row.pack_id, after={}, facts=facts
        )
        for row in rows
    ]
    record(events=events, actor=SYSTEM, at=TESTED_AT)


def _supersede(rows: Sequence[Any], subject: str) -> list[Event]:
    """Let the packs' current rows of the same kind point to ``rows``, which get their keys here."""
    model, events = type(rows[0]), []
    current = {_kind(row): row for row in model.objects.filter(superseded_by__isnull=True)}
    for row in rows:
        if old := current.get(_kind(row)):
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
                row.pk = cursor.fetchone()[0]
            model.objects.filter(pk=old.pk).update(superseded_by_id=row.pk)
            event = Event(
                code=f"{subject}.superseded",
                subject_id=old.pk,
                subject_label=str(old),
                pack_id=old.pack_id,
                after={},
                reason="Test",
            )
            events.append(event)
    return events


def _kind(row: Any) -> tuple[object, ...]:
    """Return what a row of its table may take the place of."""
    names = ("pack_id", "basis", "method", "pulse_duration_s")
    if isinstance(row, CapacityTest):
        names = ("pack_id", "basis")
    return tuple(getattr(row, name, None) for name in names)


def _person(by: User | None) -> dict[str, Any]:
    return {"person_id": by and by.pk, "person_label": by.name if by else "Test"}


def _instrument() -> Instrument:
    return Instrument.objects.order_by("id").first() or make_instrument()


def make_reviews(count: int = 1, **evidence: Any) -> list[ReviewCase]:
    """Make packs that a policy sent to review, by default NMC packs whose SOH is not above 80 %."""
    rejected = {} if {"soh", "ratio"} & set(evidence) else {"chemistry": "NMC", "soh": "78"}
    packs = make_tested(count, **rejected | evidence)
    decisions.grade(pack_ids=[pack.pk for pack in packs], actor=SYSTEM, at=GRADED_AT)
    return list(ReviewCase.objects.filter(pack__in=packs, state="open").select_related("pack").order_by("id"))


def leave_claims(packs: Sequence[Pack], *, attempts: int) -> None:
    """Leave the packs as workers left them that died ``attempts`` times."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO grading_gradingclaim SELECT id, %s, %s, now() - interval '1 s'"
            " FROM unnest(%s::bigint[]) AS id",
            [attempts, uuid.uuid4(), [pack.pk for pack in packs]],
        )
