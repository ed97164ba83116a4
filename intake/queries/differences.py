"""What a corrected manifest would change in its batch, by serial."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Value

from intake.domain.chemistry import Chemistry
from intake.domain.manifest.fields import FIELDS
from intake.models import CLAIM_COLUMNS, Batch, Manifest, ManifestState, Pack
from rebattery.audit.trail import events, events_of

LISTED = 200
"""Packs that are listed of each kind; the counts are exact."""
_OTHER_LABELS = {"pack_type": "Catalogue type", "extra": "Other columns"}
_FIELD_OF = {column: field for field, column in CLAIM_COLUMNS.items()}


class Kind(StrEnum):
    """What becomes of one serial."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    WITHDRAWN = "withdrawn"
    HERE = "here"
    HERE_DIFFERS = "here_differs"
    HERE_UNLISTED = "here_unlisted"


_SQL = """
WITH listed AS (
    SELECT m.row, m.serial, jsonb_build_object(
        'pack_type', coalesce(t.key, ''), 'make', coalesce(m.values->>'make', ''),
        'model', coalesce(m.values->>'model', ''),
        'chemistry', coalesce(nullif(m.values->>'chemistry', ''), %(unknown)s),
        'nominal_energy_kwh', (m.values->>'nominal_energy_kwh')::numeric(8,3)::text,
        'rated_capacity_ah', (m.values->>'rated_capacity_ah')::numeric(8,2)::text,
        'nominal_voltage_v', (m.values->>'nominal_voltage_v')::numeric(7,2)::text,
        'declared_soh_percent', (m.values->>'soh_declared_percent')::numeric(6,2)::text,
        'declared_soh_method', coalesce(m.values->>'soh_method', ''),
        'ddr_status', m.values->>'ddr_status', 'received_as', m.values->>'received_as')
        || (jsonb_strip_nulls(m.values) - %(own)s::text[]) AS claims
    FROM intake_manifestrow m
    LEFT JOIN intake_packtype t ON t.key = m.values->>'pack_type_key' AND t.is_active
    WHERE m.manifest_id = %(manifest)s AND m.fate = 'open' AND m.severity < 2
), here AS (
    SELECT p.id, p.serial, p.status, jsonb_build_object(
        'pack_type', coalesce(t.key, ''), 'make', p.make, 'model', p.model, 'chemistry', p.chemistry,
        'nominal_energy_kwh', p.nominal_energy_kwh::text, 'rated_capacity_ah', p.rated_capacity_ah::text,
        'nominal_voltage_v', p.nominal_voltage_v::text,
        'declared_soh_percent', p.declared_soh_percent::text,
        'declared_soh_method', p.declared_soh_method, 'ddr_status', p.ddr_status,
        'received_as', p.received_as) || p.declared AS claims
    FROM intake_pack p LEFT JOIN intake_packtype t ON t.id = p.pack_type_id WHERE p.batch_id = %(batch)s
), pairs AS (
    SELECT serial, l.row, h.id, h.claims AS old, l.claims AS new, CASE
        WHEN h.id IS NULL THEN 'added'
        WHEN h.status = 'announced' AND l.serial IS NULL THEN 'withdrawn'
        WHEN h.status = 'announced' AND h.claims <> l.claims THEN 'changed'
        WHEN h.status = 'announced' THEN 'same'
        WHEN h.status IN ('withdrawn', 'missing') THEN NULL
        WHEN l.serial IS NULL THEN 'here_unlisted'
        WHEN h.claims <> l.claims THEN 'here_differs'
        ELSE 'here' END AS kind
    FROM here h FULL JOIN listed l USING (serial)
), numbered AS (
    SELECT *, count(*) OVER (PARTITION BY kind) AS total,
           row_number() OVER (PARTITION BY kind ORDER BY serial) AS place
    FROM pairs WHERE kind IS NOT NULL
), promised AS (
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        concat_ws(' ', kind, serial, old::text, new::text), chr(10) ORDER BY serial), ''), 'UTF8')), 'hex')
        AS digest
    FROM pairs WHERE kind IN ('added', 'changed', 'withdrawn')
)
SELECT digest, kind, total, serial, row, id, old, new
FROM promised LEFT JOIN numbered ON place <= %(listed)s ORDER BY kind, place
"""


@dataclass(frozen=True, kw_only=True)
class PackDifference:
    """What a corrected manifest says differently of one pack."""

    serial: str
    row: int | None
    """In the corrected file; None when it is not listed."""
    pack_id: int | None
    changes: list[tuple[str, str, str]]
    """Field, what is declared now, what the corrected file declares."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a corrected manifest would change in its batch."""

    counts: Mapping[Kind, int]
    packs: Mapping[Kind, list[PackDifference]]
    """Of each kind the first ``LISTED`` by serial; of unchanged packs none."""
    digest: str
    """Of all that would be added, changed and withdrawn: the same digest, the same effect."""

    @property
    def is_none(self) -> bool:
        """Return whether nothing would change that the supplier declares."""
        return not any(self.counts[kind] for kind in (Kind.ADDED, Kind.CHANGED, Kind.WITHDRAWN))


def difference_of(*, manifest: Manifest) -> Difference:
    """Compare the rows of a corrected draft that can be announced with the batch that it replaces."""
    digest = ""
    counts, packs = dict.fromkeys(Kind, 0), {kind: [] for kind in Kind}  # type: ignore[var-annotated]
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "manifest": manifest.pk,
                "batch": manifest.replaces_id,
                "own": list(CLAIM_COLUMNS),
                "unknown": Chemistry.UNKNOWN.value,
                "listed": LISTED,
            },
        )
        for said, name, total, serial, row, pack_id, old, new in cursor.fetchall():
            digest = said
            if name is None:
                continue
            kind = Kind(name)
            counts[kind] = total
            if kind not in (Kind.SAME, Kind.HERE):
                changes = _changes(_read(old), _read(new)) if old and new else []
                packs[kind].append(PackDifference(serial=serial, row=row, pack_id=pack_id, changes=changes))
    return Difference(counts=counts, packs=packs, digest=digest)


def outcome_of(*, manifest: Manifest) -> dict[str, Any] | None:
    """Return how many packs a corrected file changed when it was applied; None when it was not."""
    told = events_of(subject_type="manifest", subject_id=manifest.pk).filter(event_type="manifest.applied")
    applied = told.last()
    return dict(applied.facts) if applied else None


def files_of(*, batch: Batch) -> list[Manifest]:
    """Return the files that made a batch what it is, in the order in which they did."""
    applied = batch.corrected_by.filter(state=ManifestState.IMPORTED).select_related("stored_file")
    return [batch.manifest, *applied.order_by("finished_at", "pk")]


def with_row_source(packs: QuerySet[Pack], *, batch: Batch) -> QuerySet[Pack]:
    """Add ``is_row_of_earlier_file``: the pack was here or withdrawn when the newest file was applied.

    Its row number is then that of a file before, and another pack may have the same one in the newest.
    """
    files = batch.corrected_by.filter(state=ManifestState.IMPORTED).values_list("pk", flat=True)
    applied = events().filter(
        event_type="manifest.applied", subject_type="manifest", subject_id__in=list(files)
    )
    newest = applied.values_list("pk", flat=True).first() or 0
    settled = events().filter(
        subject_type="pack",
        subject_id=OuterRef("pk"),
        event_type__in=("pack.received", "pack.withdrawn"),
        pk__lt=newest,
    )
    return packs.annotate(is_row_of_earlier_file=Exists(settled) if newest else Value(False))


def row_in_file(pack: Any) -> int | str:
    """Return the row of a pack of :func:`with_row_source`, marked where it is not of the newest file."""
    return f"{pack.row} (earlier file)" if pack.is_row_of_earlier_file else int(pack.row)


def corrections_on_the_way(*, batch: Batch) -> QuerySet[Manifest]:
    """Return the corrected files of a batch that have not changed it yet, the newest first."""
    settled = (ManifestState.IMPORTED, ManifestState.DISCARDED)
    return batch.corrected_by.exclude(state__in=settled).order_by("-pk")


def _read(claims: Any) -> dict[str, Any]:
    # Below the ORM the driver hands JSON over as text.
    return dict(json.loads(claims)) if isinstance(claims, str) else dict(claims)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [(_label(name), _shown(old.get(name)), _shown(new.get(name))) for name in names]


def _label(name: str) -> str:
    field = FIELDS.get(_FIELD_OF.get(name, name))
    if field is None:
        return _OTHER_LABELS.get(name) or name.replace("_", " ").capitalize()
    return f"{field.label} ({field.unit})" if field.unit else field.label


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    text = str(value)
    return text.rstrip("0").rstrip(".") if text.replace(".", "", 1).isdigit() and "." in text else text
