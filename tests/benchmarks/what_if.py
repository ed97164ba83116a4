"""Trying a policy on 1,000,000 packs: the rule, a moving slider, memory, and all of it from the database."""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from grading.domain.columnar.deciding import decide_all
from grading.domain.columnar.population import kind_of
from grading.domain.evidence import Evidence
from grading.domain.policy import parse_policy, seed_document
from grading.domain.verdict import decide
from grading.models import PopulationSnapshot
from grading.queries.population import copied_out, in_memory, path_of, population_sql, read_out, taken
from grading.queries.what_if import Scope, try_policy
from tests.benchmarks.measuring import RUNS, Result, median, seconds, superuser
from tests.benchmarks.multiplying import FLEET, multiply
from tests.evidence import make_tested, publish_seed
from tests.factories import make_person

PACKS = 1_000_000
SAMPLE = 20_000
"""Packs that the Python function judges: its rate does not change with their number."""
SLIDES = 9
MIX = {"LFP": 0.45, "NMC": 0.33, "NCA": 0.06, "LMO": 0.08, "LMFP": 0.03, "NI_BLEND": 0.03, "UNKNOWN": 0.02}


def results() -> Iterator[Result]:
    publish_seed()
    yield from _rule()
    yield from _slider()
    yield from _from_the_database()


def _rule() -> Iterator[Result]:
    policy, population = parse_policy(seed_document()), _laid_out(PACKS).population
    sample = [population.evidence_at(place) for place in range(SAMPLE)]
    quarter = _laid_out(PACKS // 4).population
    ratios, growth = [], []
    for _ in range(RUNS):
        columns = seconds(lambda: decide_all(policy, population))
        one_by_one = seconds(lambda: [decide(policy, item) for item in sample]) * (PACKS / SAMPLE)
        ratios.append(one_by_one / columns)
        growth.append(columns / seconds(lambda: decide_all(policy, quarter)))
    yield Result("rule on 1,000,000 packs, in columns / Python function", median(ratios), 8)
    yield Result("rule on 1,000,000 packs / on 250,000, at most", median(growth), 5.5, at_least=False)


def _slider() -> Iterator[Result]:
    """Time the answer of the server, from the request to the finished fragment."""
    kept = _laid_out(PACKS)
    path_of(kept.row).parent.mkdir(parents=True, exist_ok=True)
    _frame(PACKS).write_parquet(path_of(kept.row))
    kept.row.save()
    client = Client(HTTP_HOST="localhost", headers={"HX-Request": "true"})
    client.force_login(make_person("auditor"))
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain):
        _slide(client, 0)
        started = time.process_time()
        spent = [seconds(lambda value=value: _slide(client, value)) for value in range(1, SLIDES + 1)]
        computed = (time.process_time() - started) / SLIDES
    yield Result(
        "ms until a slider has its answer, 1,000,000 packs", median(spent) * 1000, 300, at_least=False
    )
    # The first moves with what else the machine does; this does not.
    yield Result("ms that the server computes for it", computed * 1000, 150, at_least=False)
    found = taken()
    assert found is not None
    yield Result("MB in memory for 1,000,000 packs", found.byte_count / 1e6, 100, at_least=False)
    kept.row.delete()


def _slide(client: Client, value: int) -> None:
    answer = client.get(reverse("what_if"), {"soh-LFP-60": str(60 + value), "guard": str(value / 2)})
    assert answer.status_code == 200
    assert "Of 1,000,000 packs" in answer.text


def _from_the_database() -> Iterator[Result]:
    pack = make_tested()[0]
    with superuser() as other:
        multiply(other, pack.pk, PACKS, label="WI", values=FLEET)
    old = parse_policy(seed_document())
    new = parse_policy(seed_document() | {"guard_band_pts": "2"})
    ratios = [seconds(_copy_out) / seconds(lambda: _whole(old, new)) for _ in range(RUNS)]
    yield Result(f"COPY out of {PACKS:,} packs / what-if, end to end", median(ratios), 0.4)


def _copy_out() -> None:
    sql, params = population_sql()
    statement = f"COPY ({sql}) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement, params) as copy:
        for _ in copy:
            pass


def _whole(old: Any, new: Any) -> None:
    with copied_out() as path:
        frame, kinds, _ = read_out(path, on=timezone.now().date())
    row = PopulationSnapshot(pk=-1, taken_at=timezone.now(), sha256="bench")
    assert len(frame) > PACKS
    found = in_memory(row, frame, kinds)
    # Both policies are judged anew: nothing is kept from the run before.
    decide_all(old, found.population)
    try_policy(taken=found, new=new, old=old, scope=Scope())


def _laid_out(count: int) -> Any:
    row = PopulationSnapshot(
        taken_at=timezone.now(),
        pack_count=count,
        byte_count=0,
        sha256=f"{count:064}",
        kinds=[kind.to_json() for kind in _kinds()],
        last_event_id=0,
    )
    return in_memory(row, _frame(count), _kinds())


def _kinds() -> list[Evidence]:
    return [
        kind_of(
            Evidence(
                identity_confirmed=True,
                chemistry=chemistry,
                safety=safety,
                soh_source="lab",
                ir_comparable=is_comparable,
                weakest_bound_from_pack_ah=is_bounded,
                has_history=has_history,
            )
        )
        for chemistry, safety, is_comparable, is_bounded, has_history in product(
            MIX, ("ok", "damaged"), (True, False, None), (True, False), (True, False)
        )
    ]


def _frame(count: int) -> pl.DataFrame:
    """Make up a fleet: SOH falls with age, resistance rises with it, some facts are missing."""
    rng = np.random.default_rng(5)
    soh = np.clip(rng.normal(84 - 2 * rng.uniform(0, 10, count), 5), 10, 101)
    ratio = 1 + 0.035 * (100 - soh) * rng.lognormal(0, 0.15, count) * rng.uniform(0.3, 1.2, count)
    weakest = soh - np.abs(rng.normal(0, 3, count))
    unknown = int(np.iinfo(np.int32).min)

    def column(values: Any, missing: float) -> Any:
        found = np.round(values * 10_000).astype(np.int32)
        found[rng.random(count) < missing] = unknown
        return found

    shares = [list(MIX.values()), [0.95, 0.05], [0.9, 0.06, 0.04], [0.8, 0.2], [0.9, 0.1]]
    kind = np.zeros(count, dtype=np.int32)
    for share in shares:
        kind = kind * len(share) + rng.choice(len(share), count, p=share).astype(np.int32)
    now = int(timezone.now().timestamp() * 1_000_000)
    days = rng.integers(0, 700, count) * int(timedelta(days=1).total_seconds()) * 1_000_000
    return pl.DataFrame(
        {
            "id": np.arange(count, dtype=np.int32),
            "supplier_id": rng.integers(1, 60, count).astype(np.int32),
            "batch_id": rng.integers(1, 4000, count).astype(np.int32),
            "pack_type_id": rng.integers(1, 62, count).astype(np.int32),
            "soh_percent": column(soh, 0),
            "ir_ratio": column(ratio, 0.04),
            "weakest_soh_percent": column(weakest, 0.3),
            "declared_soh_percent": column(soh + 3, 0.1),
            "spread_points": column(np.abs(rng.normal(0, 3, count)), 0.3),
            "u_soh_points": column(rng.uniform(0.3, 0.9, count), 0.1),
            "u_ratio": column(rng.uniform(0.01, 0.04, count), 0.1),
            "measured_us": now - days,
            "usable_wh": (soh * 600).astype(np.int32),
            "kind": kind,
        }
    )
