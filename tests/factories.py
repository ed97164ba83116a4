"""One cast of people and packs for all tests, made with the trail that the product would write."""

import hashlib
import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from grading.models import Calibration, Instrument
from intake.models import Batch, Manifest, ManifestRun, ManifestState, Pack, PackType, StoredFile, Supplier
from rebattery.accounts.models import User
from rebattery.accounts.roles import Role
from rebattery.actor import SYSTEM, Actor
from rebattery.audit.record import Event, record

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
_numbers = itertools.count(1)


def make_supplier(code: str = "", name: str = "") -> Supplier:
    code = code or f"SUP{next(_numbers)}"
    return _made(Supplier(code=code, name=name or f"{code} GmbH", created_at=AT), "supplier.created", code)


@cache
def _hashed(password: str) -> str:
    """Hash once: the hash is slow on purpose."""
    return make_password(password)


def make_person(role: str = Role.WAREHOUSE, *, supplier: Supplier | None = None, name: str = "") -> User:
    number = next(_numbers)
    if role == Role.SUPPLIER and supplier is None:
        supplier = make_supplier()
    person = User(
        email=f"{role}{number}@example.com",
        name=name or f"{Role(role).label} {number}",
        role=role,
        supplier=supplier,
        created_at=AT,
    )
    person.password = _hashed(PASSWORD)
    return _made(person, "person.invited", str(person), facts={"role": Role(role).label})


def make_actor(person: User | None = None) -> Actor:
    if person is None:
        return SYSTEM
    return Actor(kind="user", id=person.pk, person_id=person.pk, label=person.name)


def make_pack_type(**fields: Any) -> PackType:
    values = {
        "key": f"TYPE-{next(_numbers)}",
        "make": "Nissan",
        "model": "Leaf",
        "variant": "40 kWh ZE1",
        "chemistry": "NMC",
        "nominal_energy_kwh": Decimal(40),
        "rated_capacity_ah": Decimal(115),
        "nominal_voltage_v": Decimal(350),
        "baseline_ir_mohm": Decimal(60),
        "baseline_ir_method": "dc_pulse",
        "baseline_ir_pulse_s": Decimal(10),
        "baseline_ir_soc_percent": Decimal(50),
        "baseline_ir_temperature_degc": Decimal(25),
    }
    pack_type = PackType(**values | fields)
    return _made(pack_type, "pack_type.created", pack_type.key)


@transaction.atomic
def make_batch(supplier: Supplier | None = None, *, packs: int | list[dict[str, Any]] = 1) -> Batch:
    """Make an imported manifest with its batch and announced packs."""
    supplier = supplier or make_supplier()
    number = next(_numbers)
    rows = [{} for _ in range(packs)] if isinstance(packs, int) else packs
    stored = StoredFile.objects.create(
        sha256=hashlib.sha256(f"file {number}".encode()).hexdigest(), byte_count=100, stored_at=AT
    )
    manifest = Manifest(
        supplier=supplier,
        stored_file=stored,
        file_name=f"manifest-{number}.csv",
        state=ManifestState.IMPORTED,
        received_at=AT,
        received_by="Test",
        row_count=len(rows),
    )
    _made(manifest, "manifest.accepted", manifest.file_name, facts={"bytes": 100, "sha256": stored.sha256})
    ManifestRun.objects.create(manifest=manifest)
    batch = Batch(number=f"B-2026-T{number:04}", supplier=supplier, manifest=manifest, announced_at=AT)
    _made(batch, "batch.announced", batch.number, facts={"packs": len(rows)})
    made = [_pack(batch, index, fields) for index, fields in enumerate(rows, start=2)]
    Pack.objects.bulk_create(made)
    facts = {"batch": batch.number, "row": 0}
    events = [
        Event(
            code="pack.announced",
            subject_id=pack.pk,
            subject_label=pack.serial,
            supplier_id=supplier.pk,
            after={"status": pack.status},
            facts=facts | {"row": pack.row},
        )
        for pack in made
    ]
    record(events=events, actor=SYSTEM, at=AT)
    return batch


def make_pack(supplier: Supplier | None = None, **fields: Any) -> Pack:
    """Make one announced pack in a batch of its own."""
    return make_batch(supplier, packs=[fields]).packs.get()


MANIFEST_HEADINGS = (
    "Pack serial,Make,Model,Chemistry,Nominal energy (kWh),SOH (%),SOH method,Accident,DDR status,Received as"
)


def manifest_csv(*serials: str, headings: str = MANIFEST_HEADINGS, **cells: str) -> bytes:
    """Return a supplier's CSV with one sound line per serial; ``cells`` replaces values by heading."""
    values = dict(
        zip(
            headings.split(","),
            ["", "Nissan", "Leaf", "NMC", "40", "78.5", "bms", "no", "none", "product"],
            strict=True,
        )
    )
    values |= cells
    lines = [",".join([serial, *list(values.values())[1:]]) for serial in serials]
    return "\n".join([headings, *lines, ""]).encode()


def make_instrument(**fields: Any) -> Instrument:
    """Make an instrument with one certificate; no ``certificate_number`` makes it without."""
    number = fields.pop("certificate_number", "CAL-1")
    period = {
        "valid_from_date": fields.pop("calibrated_from_date", date(2026, 1, 1)),
        "valid_to_date": fields.pop("calibrated_to_date", date(2027, 1, 1)),
    }
    values = {"code": f"INS-{next(_numbers)}", "name": "Pack cycler", "kind": Instrument.Kind.CYCLER}
    instrument = _made(row := Instrument(**values | fields), "instrument.created", row.code)
    if number:
        make_calibration(instrument, certificate_number=number, **period)
    return instrument


def make_calibration(instrument: Instrument, **fields: Any) -> Calibration:
    values = {"certificate_number": f"CAL-{next(_numbers)}", "at": AT, "person_label": "System"}
    row = Calibration(instrument=instrument, **values | fields)
    facts = {"instrument": instrument.code, "until": row.valid_to_date.isoformat()}
    return _made(row, "calibration.recorded", str(row), facts=facts)


def balance() -> None:
    """Run the trail's commit guard now, inside a test's transaction."""
    connection.check_constraints()


def _pack(batch: Batch, row: int, fields: dict[str, Any]) -> Pack:
    values = {
        "supplier_id": batch.supplier_id,
        "batch": batch,
        "row": row,
        "serial": f"RB-{next(_numbers):06}",
        "status": "announced",
        "status_at": AT,
        "make": "Nissan",
        "model": "Leaf",
        "chemistry": "NMC",
        "nominal_energy_kwh": Decimal(40),
        "rated_capacity_ah": Decimal(115),
        "nominal_voltage_v": Decimal(350),
        "declared_soh_percent": Decimal(82),
        "declared_soh_method": "bms",
        "ddr_status": "none",
        "received_as": "product",
        "legal_status": fields.get("received_as", "product"),
        "history_completeness_percent": Decimal(50),
        "declared": {"accident_flag": False},
    }
    return Pack(**values | fields)


def _made(row: Any, code: str, label: str, *, facts: dict[str, Any] | None = None) -> Any:
    with transaction.atomic():
        row.save()
        event = Event(code=code, subject_id=row.pk, subject_label=label, after={}, facts=facts or {})
        record(events=[event], actor=SYSTEM, at=AT)
    return row
