"""Files of the demo that need mending: one announced in part, one given up, answers that are remembered."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from grading.management.demo.files import manifest_of
from grading.management.demo.fleet import SOURCES, Source, TruePack, draw_packs
from grading.management.demo.timeline import Year
from intake.models import Intent, Manifest, ManifestState
from intake.services import manifests

_SOON = timedelta(minutes=4)
_SHELF = "Shelf"
_FIRST_NUMBER = 9001
"""Serials of their own, so that the other files of the year stay as they are."""
_SOH, _REPEATED = 2, 4
"""Rows of the file, counted from the first pack: one with an SOH of 780 %, one with another's serial."""


def announce_in_part(year: Year, at: datetime) -> None:
    """Let the demo's supplier answer, edit, take back, and announce the rows that are ready."""
    source, chance = SOURCES[0], Random(len(year.truth))  # noqa: S311  a story, not a secret
    packs = draw_packs(source=source, count=5, first_number=_FIRST_NUMBER, on=at.date(), random=chance)
    year.truth |= {pack.serial: pack for pack in packs}
    manifest = _send(
        year, at, source, f"demo-{at:%Y-%m-%d}-shelves.csv", _with_mistakes(source, packs, at.date())
    )
    shelf = _index_of(manifest, _SHELF)
    _answer(year, at + _SOON, manifest, {f"column:{shelf}": "extra"})
    soh = _index_of(manifest, "SOH (%)")
    row = manifest.rows.order_by("row")[_SOH].row
    person = year.who("supplier")
    cells = {row: {soh: "7.8"}}
    manifests.edit_cells(manifest_id=manifest.pk, cells=cells, actor=person, at=at + 2 * _SOON)
    manifests.undo(manifest_id=manifest.pk, actor=person, at=at + 3 * _SOON)
    _submit(year, at + 4 * _SOON, manifest, Intent.ANNOUNCE_VALID)


def answer_otherwise(year: Year, at: datetime) -> None:
    """Let the same supplier send the same layout once more, and answer otherwise this time."""
    source, chance = SOURCES[0], Random(len(year.truth))  # noqa: S311
    packs = draw_packs(source=source, count=2, first_number=_FIRST_NUMBER + 50, on=at.date(), random=chance)
    year.truth |= {pack.serial: pack for pack in packs}
    content = _shelved(manifest_of(source=source, packs=packs, on=at.date()))
    manifest = _send(year, at, source, f"demo-{at:%Y-%m-%d}-more.csv", content)
    _answer(year, at + _SOON, manifest, {f"column:{_index_of(manifest, _SHELF)}": "ignore"})
    _submit(year, at + 2 * _SOON, manifest, Intent.ANNOUNCE_ALL)


def send_no_table(year: Year, at: datetime) -> None:
    """Let another supplier send a delivery note by mistake, give it up, and send it once more."""
    source, content = SOURCES[1], b"%PDF-1.7 a delivery note"
    name = f"{source.code.lower()}-{at:%Y-%m-%d}.csv"
    manifest = _send(year, at, source, name, content)
    person = year.who(source.email.split("@")[0])
    manifests.discard(manifest_id=manifest.pk, actor=person, at=at + _SOON)
    _send(year, at + 2 * _SOON, source, name, content)


def _send(year: Year, at: datetime, source: Source, name: str, content: bytes) -> Manifest:
    manifest = manifests.accept(
        supplier=year.cast.suppliers[source.code],
        file_name=name,
        content=content,
        actor=year.who(source.email.split("@")[0]),
        at=at,
        intent=Intent.CHECK,
    )
    return _read(year, at, manifest)


def _read(year: Year, at: datetime, manifest: Manifest) -> Manifest:
    actor = year.task("Manifest reader")
    return manifests.run(manifest_id=manifest.pk, actor=actor, at=at + timedelta(minutes=1))


def _answer(year: Year, at: datetime, manifest: Manifest, answers: Mapping[str, str]) -> None:
    manifests.answer(manifest_id=manifest.pk, answers=answers, actor=year.who("supplier"), at=at)
    assert _read(year, at, manifest).state == ManifestState.DRAFT  # noqa: S101  the story needs it


def _submit(year: Year, at: datetime, manifest: Manifest, intent: Intent) -> None:
    day = (at + timedelta(days=4)).date()
    actor = year.who("supplier")
    manifests.submit(manifest_id=manifest.pk, intent=intent, expected_on=day, actor=actor, at=at)
    _read(year, at, manifest)


def _index_of(manifest: Manifest, header: str) -> int:
    return next(column["index"] for column in manifest.plan["columns"] if column["header"] == header)


def _with_mistakes(source: Source, packs: list[TruePack], on: date) -> bytes:
    lines = _shelved(manifest_of(source=source, packs=packs, on=on)).decode().split("\r\n")
    cells = [line.split(",") for line in lines]
    cells[1 + _SOH][cells[0].index("SOH (%)")] = "780"
    cells[1 + _REPEATED][0] = cells[1][0]
    return "\r\n".join(",".join(row) for row in cells).encode()


def _shelved(content: bytes) -> bytes:
    """Add a column that is in no glossary."""
    heading, *lines = content.decode().removesuffix("\r\n").split("\r\n")
    rows = [f"{heading},{_SHELF}", *(f"{line},R4-{number:02}" for number, line in enumerate(lines, 1))]
    return ("\r\n".join(rows) + "\r\n").encode()
