"""The measured population: taken from the database as a set, and kept in memory to try policies on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from grading.domain.calendar_life import is_beyond_calendar_life
from grading.domain.columnar.population import (
    AGE,
    MONTHS,
    NUMBERS,
    SCALE,
    Column,
    Population,
    kind_of,
    unknown,
)
from grading.domain.evidence import Evidence
from grading.domain.validity import months_begun
from grading.models import PopulationSnapshot
from grading.queries.evidence import evidence_of, evidence_sql

MOST_PACKS = 2_000_000
"""At most: about 120 MB in memory and, compressed, 60 MB on disk."""
# What a number of the evidence is called in the row that it comes from.
_NUMBERS = dict(zip(NUMBERS, NUMBERS, strict=True)) | {
    "weakest_cell_soh_percent": "weakest_soh_percent",
    "cell_spread_percent": "spread_points",
    "soh_u_points": "u_soh_points",
    "ir_ratio_u": "u_ratio",
}
_WORDS = ("chemistry", "type_chemistry", "safety", "basis", "capacity_procedure", "resistance_procedure")
_ANSWERS = ("identity_confirmed", "ended_by_cell_limit", "is_by_procedure", "is_comparable")
_LIFE = ("calendar_life_years", "produced", "first_used")
_KEYS = ("id", "supplier_id", "batch_id", "pack_type_id")
_DAY = timedelta(days=1)
_EPOCH = date(1970, 1, 1)


def population_sql() -> tuple[str, tuple[Any, ...]]:
    """Return the query of everything that a snapshot holds of each measured pack, and its parameters."""
    evidence, params = evidence_sql()
    numbers = ", ".join(f"(e.{name} * {SCALE})::bigint AS {name}" for name in _NUMBERS.values())
    words = ", ".join(f"e.{name}" for name in _WORDS)
    answers = ", ".join(f"e.{name}::int AS {name}" for name in _ANSWERS)
    sql = f"""
        SELECT e.id, k.supplier_id, k.batch_id, e.pack_type_id, {numbers}, {words}, {answers},
            {", ".join(f"e.{name}" for name in _LIFE)},
            sign(e.history_completeness_percent)::int AS history_completeness_percent,
            (extract(epoch FROM e.measured_at) * 1000000)::bigint AS measured_us,
            coalesce(round(k.nominal_energy_kwh * 10 * e.soh_percent), 0)::bigint AS usable_wh
        FROM ({evidence} WHERE c.id IS NOT NULL ORDER BY p.id DESC LIMIT {MOST_PACKS + 1}) e
        JOIN intake_pack k ON k.id = e.id"""  # noqa: S608 (constant text)
    return sql, params


@contextmanager
def copied_out() -> Iterator[Path]:
    """Give a file with the rows of :func:`population_sql` as CSV, while it is needed."""
    sql, params = population_sql()
    settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=settings.FILES_ROOT, prefix="population-") as file:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)", params) as copy,
        ):
            for block in copy:
                file.write(block)
        file.flush()
        yield Path(file.name)


def read_out(path: Path, *, on: date) -> tuple[pl.DataFrame, list[Evidence], bool]:
    """Return the columns of a snapshot, its kinds of packs, and whether packs were left out.

    :param on: day on which the makers' calendar life is asked after.
    """
    schema: dict[str, Any] = dict.fromkeys((*_KEYS, *_NUMBERS.values(), "measured_us", "usable_wh"), pl.Int64)
    schema |= dict.fromkeys((*_ANSWERS, "history_completeness_percent"), pl.Int8)
    schema |= dict.fromkeys((*_WORDS, "produced", "first_used"), pl.String) | {
        "calendar_life_years": pl.Int32
    }
    frame = pl.read_csv(path, schema_overrides=schema)
    is_cut = len(frame) > MOST_PACKS
    frame = _with_life(frame.head(MOST_PACKS), on)
    named = [*_WORDS, *_ANSWERS, "history_completeness_percent", "beyond_calendar_life"]
    combinations = frame.select(named).unique(maintain_order=True)
    kinds, of_combination = _kinds_of(combinations.to_dicts())
    combinations = combinations.with_columns(pl.Series("kind", of_combination, dtype=pl.Int32))
    frame = frame.join(combinations, on=named, how="left", nulls_equal=True, maintain_order="left")
    # "Not known" gets its own value, and what fits takes half the memory.
    columns = [*_KEYS, *_NUMBERS.values(), "measured_us", "usable_wh", "kind"]
    return frame.select(_compact(frame[name]) for name in columns), kinds, is_cut


def _with_life(frame: pl.DataFrame, on: date) -> pl.DataFrame:
    """Add whether each pack is past its maker's calendar life, asked once for each life and pair of dates."""
    lives = frame.select(_LIFE).drop_nulls("calendar_life_years").unique()
    beyond = [
        is_beyond_calendar_life(years=years, produced=produced, first_used=first_used, on=on)
        for years, produced, first_used in lives.iter_rows()
    ]
    lives = lives.with_columns(pl.Series("beyond_calendar_life", beyond, dtype=pl.Boolean))
    return frame.join(lives, on=_LIFE, how="left", nulls_equal=True, maintain_order="left")


def _kinds_of(rows: list[dict[str, Any]]) -> tuple[list[Evidence], list[int]]:
    """Let the evidence itself say what each combination of words and answers means."""
    places: dict[Evidence, int] = {}
    found = []
    nothing = dict.fromkeys(_NUMBERS.values()) | dict.fromkeys(
        ("inspection_id", "resistance_test_id", "pack_type_id", "u_is_complete")
        + ("departs_why", "incomparable_because")
    )
    for row in rows:
        answers = {name: None if row[name] is None else bool(row[name]) for name in _ANSWERS}
        full = nothing | row | answers | {"capacity_test_id": 0, "people": []}
        evidence = replace(evidence_of(full, None, None), beyond_calendar_life=row["beyond_calendar_life"])
        found.append(places.setdefault(kind_of(evidence), len(places)))
    return list(places), found


def _compact(series: pl.Series) -> pl.Series:
    low, high = series.min(), series.max()
    bounds = np.iinfo(np.int32)
    fits = low is None or (int(low) > bounds.min and int(high) <= bounds.max)  # type: ignore[arg-type]
    dtype = np.int32 if fits else np.int64
    return series.fill_null(int(np.iinfo(dtype).min)).cast(pl.Int32 if fits else pl.Int64)


Identity = tuple[int, datetime, str]


def identity_of(row: PopulationSnapshot) -> Identity:
    """Return what a process may know ``row`` by: a database that was restored gives its number again."""
    return row.pk, row.taken_at, row.sha256


@dataclass(frozen=True)
class Taken:
    """A snapshot in memory."""

    row: PopulationSnapshot
    population: Population
    keys: dict[str, Column]
    """Keys of the packs and of their suppliers, batches and types, shape (n,)."""
    usable_wh: Column
    measured_days: Column
    """Days since 1970 of the capacity tests."""

    @property
    def byte_count(self) -> int:
        """Memory that it takes."""
        arrays = (*self.keys.values(), self.usable_wh, self.measured_days)
        return self.population.byte_count + sum(array.nbytes for array in arrays)

    @cached_property
    def suppliers(self) -> NDArray[np.int64]:
        """Keys of the suppliers that have packs in it."""
        return np.unique(self.keys["supplier_id"])

    @cached_property
    def types(self) -> NDArray[np.int64]:
        """Keys of the types that have packs in it."""
        found = np.unique(self.keys["pack_type_id"])
        return found[found != unknown(self.keys["pack_type_id"])]

    def within(
        self,
        *,
        supplier_id: int | None = None,
        pack_type_id: int | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> NDArray[np.bool_] | None:
        """Return which packs are in this scope, both days included, shape (n,); None when all are."""
        if not any(value is not None for value in (supplier_id, pack_type_id, since, until)):
            return None
        found = np.ones(len(self.population), dtype=bool)
        if supplier_id is not None:
            found &= self.keys["supplier_id"] == supplier_id
        if pack_type_id is not None:
            found &= self.keys["pack_type_id"] == pack_type_id
        if since is not None:
            found &= self.measured_days >= (since - _EPOCH).days
        if until is not None:
            found &= self.measured_days <= (until - _EPOCH).days
        return found


def path_of(snapshot: PopulationSnapshot) -> Path:
    """Return where the columns of ``snapshot`` are."""
    return Path(settings.FILES_ROOT) / "populations" / f"{snapshot.sha256}.parquet"


def latest_snapshot() -> PopulationSnapshot | None:
    """Return the newest snapshot, None before the first."""
    return PopulationSnapshot.objects.order_by("-id").first()


def taken() -> Taken | None:
    """Return the newest snapshot in memory, None before the first; read once per process and snapshot."""
    row = latest_snapshot()
    if row is None:
        return None
    key = identity_of(row)
    with _LOCK:
        if (kept := _KEPT.get(key)) is None:
            kept = load(row)
            _KEPT.clear()
            _KEPT[key] = kept
    return kept


_KEPT: dict[Identity, Taken] = {}
_LOCK = Lock()


def load(row: PopulationSnapshot) -> Taken:
    """Read the columns of a snapshot from its file."""
    return in_memory(row, pl.read_parquet(path_of(row)), [Evidence.from_json(kind) for kind in row.kinds])


def in_memory(row: PopulationSnapshot, frame: pl.DataFrame, kinds: list[Evidence]) -> Taken:
    """Lay a snapshot out for judging."""
    columns = {name: frame[name].to_numpy() for name in frame.columns}
    measured = columns["measured_us"].astype(np.int64, copy=False)
    numbers: dict[str, Column] = {name: columns[source] for name, source in _NUMBERS.items()}
    numbers[AGE] = _ages(measured, row.taken_at)
    numbers[MONTHS] = _months_begun(measured, row.taken_at)
    return Taken(
        row=row,
        population=Population(tuple(kinds), columns["kind"], numbers),
        keys={name: columns[name] for name in _KEYS},
        usable_wh=columns["usable_wh"],
        measured_days=(measured // (86_400 * 1_000_000)).astype(np.int32),
    )


def _ages(measured_us: Column, at: datetime) -> Column:
    """Return the whole days from each test to ``at``, as the evidence on one pack counts them."""
    now = (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) // timedelta(microseconds=1)
    return ((now - measured_us) // (_DAY // timedelta(microseconds=1))).astype(np.int32)


def _months_begun(measured_us: Column, at: datetime) -> Column:
    """Return the months begun from the day of each test to that of ``at``, as the evidence counts them."""
    days = measured_us // (_DAY // timedelta(microseconds=1))
    on = (at.date() - _EPOCH).days
    first = min(int(days.min(initial=on)), on)
    # Few days for many packs: each day is asked once.
    table = [months_begun(_EPOCH + timedelta(day), at.date()) for day in range(first, on + 1)]
    return np.array([*table, 0], dtype=np.int32)[np.minimum(days, on + 1) - first]
