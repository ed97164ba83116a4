"""Files, arrivals and inspections of the demo's year."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from grading.management.demo import changing, measuring
from grading.management.demo.files import (
    damage_picture,
    flawed_manifest_of,
    label_picture,
    manifest_of,
)
from grading.management.demo.fleet import KINDS, Source, TruePack, draw_packs, draw_rare_packs, mended
from grading.management.demo.timeline import Year
from intake.domain.hazards import BY_CODE, QUESTIONS
from intake.domain.inspection import IDENTITY, Observation
from intake.domain.lifecycle import Status
from intake.models import Batch, Manifest, Pack
from intake.services import inspections, manifests, photos, receiving
from intake.services.withdrawing import withdraw_batch

_DAY = timedelta(days=1)
label_of = functools.cache(label_picture)
damage_of = functools.cache(damage_picture)


def send(year: Year, at: datetime, source: Source, count: int, is_flawed: bool = False) -> None:
    """Let a supplier send a file, and plan what becomes of it."""
    packs = [] if year.truth else draw_rare_packs(source=source, on=at.date(), random=year.random)
    first = len(year.truth) + len(packs) + 1
    packs += draw_packs(source=source, count=count, first_number=first, on=at.date(), random=year.random)
    write = flawed_manifest_of if is_flawed else manifest_of
    manifest = manifests.accept(
        supplier=year.cast.suppliers[source.code],
        file_name=f"{source.code.lower()}-{at:%Y-%m-%d}{'-draft' if is_flawed else ''}.csv",
        content=write(source=source, packs=packs, on=at.date()),
        actor=year.who(source.email.split("@")[0]),
        at=at,
    )
    if not is_flawed:
        year.truth |= {pack.serial: pack for pack in packs}
    year.later(at + timedelta(minutes=1), read, manifest)


def read(year: Year, at: datetime, manifest: Manifest) -> None:
    """Read a file; its packs arrive from the third day on."""
    manifest = manifests.run(manifest_id=manifest.pk, actor=year.task("Manifest reader"), at=at)
    if manifest.state != "imported":
        return
    batch = manifest.batch
    year.later(at + timedelta(minutes=20), changing.say_when_it_comes, batch)
    morning = at.replace(hour=8, minute=0)
    serials = [serial for serial in _serials(batch, Status.ANNOUNCED) if year.truth[serial].arrives]
    first_truck = serials[: max(len(serials) - 3, 1)]
    year.later(morning + 3 * _DAY, receive, batch, first_truck)
    year.later(morning + 5 * _DAY, receive, batch, serials[len(first_truck) :])
    year.later(morning + 6 * _DAY, inspect, batch)
    year.later(morning + 21 * _DAY, close, batch)
    bench = max(morning + 7 * _DAY, year.bench_opens_at + timedelta(hours=year.random.randint(0, 20)))
    year.later(bench, measuring.measure_capacity, batch)
    year.later(bench + 1 * _DAY, measuring.measure_resistance, batch)
    year.later(bench + 6 * _DAY, measuring.finish, batch)


def read_again(year: Year, at: datetime) -> None:
    """Let the administrator have the faulty file read once more, in vain."""
    manifest = Manifest.objects.filter(state="draft").order_by("pk")[0]
    manifests.read_again(manifest_id=manifest.pk, actor=year.who("administrator"), at=at)
    year.later(at + timedelta(minutes=1), read, manifest)


def receive(year: Year, at: datetime, batch: Batch, serials: Sequence[str]) -> None:
    """Unload a truck; what is declared damaged is isolated at once."""
    if not serials:
        return
    scans = receiving.receive_many(batch_id=batch.pk, serials=serials, actor=year.who("warehouse"), at=at)
    if year.random.random() < 0.4:
        wrong = year.random.choice((f"{serials[0]}A", serials[0]))
        receiving.receive(batch_id=batch.pk, code=wrong, nonce=None, actor=year.who("warehouse"), at=at)
    hazardous: dict[str, list[int]] = defaultdict(list)
    for scan in scans:
        if damage := year.truth[scan.code].declared_damage:
            hazardous[damage].append(scan.pack_id or 0)
    for damage, pack_ids in hazardous.items():
        _photograph(year, at, "damage", damage_of(damage), pack_ids)
        inspections.report_hazard(
            pack_ids=pack_ids,
            codes=[damage],
            note="Declared by the supplier, seen at unloading.",
            actor=year.who("warehouse"),
            at=at,
        )
    if hazardous:
        measuring.grade_soon(year, at)


def withdraw_rest(year: Year, at: datetime) -> None:
    """Let the second truck of the newest batch but one never come."""
    batch = Batch.objects.order_by("-pk")[1]
    reason = "The supplier sold the second truck elsewhere."
    withdraw_batch(batch_id=batch.pk, reason=reason, actor=year.who("administrator"), at=at)


def inspect(year: Year, at: datetime, batch: Batch) -> None:
    """Photograph and inspect what has arrived and is still unseen."""
    _inspect(year, at, Pack.objects.filter(batch=batch, status=Status.RECEIVED).order_by("pk"), "warehouse")


def inspect_again(year: Year, at: datetime, pack_ids: Sequence[int]) -> None:
    """Inspect re-opened packs afresh, by the other worker, and measure them."""
    packs = Pack.objects.filter(pk__in=pack_ids, status=Status.RECEIVED).order_by("pk")
    for pack in packs:
        year.truth[pack.serial] = mended(year.pack(pack))
    _inspect(year, at, packs, "warehouse2")
    batch = packs[0].batch if packs else None
    if batch:
        year.later(at + 1 * _DAY, measuring.measure_capacity, batch)
        year.later(at + 2 * _DAY, measuring.measure_resistance, batch)
        year.later(at + 4 * _DAY, measuring.finish, batch)


def close(year: Year, at: datetime, batch: Batch) -> None:
    """Close a batch: what has not come is missing, and one of three comes late after all."""
    receiving.close_batch(batch_id=batch.pk, actor=year.who("warehouse"), at=at)
    missing = _serials(batch, Status.MISSING)
    if missing and year.random.random() < 0.4:
        year.later(at + 4 * _DAY, receive, batch, missing[:1])
        year.later(at + 5 * _DAY, inspect, batch)
        year.later(at + 6 * _DAY, measuring.measure_capacity, batch)
        year.later(at + 7 * _DAY, measuring.measure_resistance, batch)


def _serials(batch: Batch, status: Status) -> list[str]:
    return list(
        Pack.objects.filter(batch=batch, status=status).order_by("pk").values_list("serial", flat=True)
    )


def _inspect(year: Year, at: datetime, rows: Iterable[Pack], name: str) -> None:
    packs = list(rows)
    if not packs:
        return
    by_kind: dict[str, list[int]] = defaultdict(list)
    for pack in packs:
        by_kind[year.pack(pack).kind.key].append(pack.pk)
    for key, pack_ids in by_kind.items():
        _photograph(year, at, "label", label_of(KINDS[key]), pack_ids, name)
    seen = [_observation(pack, year.pack(pack), year.bench_random.uniform(400, 4000)) for pack in packs]
    inspections.submit(observations=seen, actor=year.who(name), at=at)
    if any(observation.findings for observation in seen):
        measuring.grade_soon(year, at)


def _photograph(
    year: Year, at: datetime, slot: str, content: bytes, pack_ids: Sequence[int], name: str = "warehouse"
) -> None:
    photos.add(
        pack_ids=pack_ids, slot=slot, file_name=f"{slot}.jpg", content=content, actor=year.who(name), at=at
    )


def _observation(row: Pack, pack: TruePack, isolation_kohm: float) -> Observation:
    answers = {question.code: "no" for question in QUESTIONS} | {IDENTITY: "no" if pack.mislabeled else "yes"}
    if pack.damage:
        answers[BY_CODE[pack.damage].code] = "yes"
    elif pack.odometer_km % 17 == 0:
        answers["seal_broken"] = "yes"
    return Observation(
        pack_id=row.pk,
        answers=answers,  # type: ignore[arg-type]
        isolation_kohm=Decimal(f"{isolation_kohm:.0f}"),
        pack_voltage_v=Decimal(pack.kind.nominal_v),
        note="Seal replaced by the dismantler." if answers["seal_broken"] == "yes" else "",
    )
