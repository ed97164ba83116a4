"""Expected grades of drafts and batches: the right rows, few queries, many different SOH."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grading.queries.expected import MOST_PAIRS, expected_of_batch, expected_of_manifest
from intake.models import Manifest, ManifestRow
from intake.services.manifests.staging import claims_of
from tests.evidence import publish_seed
from tests.factories import AT, make_batch, make_pack_type

pytestmark = pytest.mark.django_db


def draft(*rows: dict[str, Any]) -> Manifest:
    """Make a file with staged rows; ``severity`` and ``fate`` stand beside the values."""
    manifest = make_batch().manifest
    ManifestRow.objects.bulk_create(_staged(manifest, *row) for row in enumerate(rows, start=2))
    return manifest


def _staged(manifest: Manifest, number: int, line: dict[str, Any]) -> ManifestRow:
    values = {"ddr_status": "none"} | line
    severity, fate = values.pop("severity", 0), values.pop("fate", "open")
    chemistry, kwh, soh, completeness = claims_of(values)
    return ManifestRow(
        manifest=manifest,
        row=number,
        cells=[],
        problems=[],
        severity=severity,
        fate=fate,
        values=values,
        chemistry=chemistry,
        nominal_energy_kwh=kwh,
        declared_soh_percent=soh,
        history_completeness_percent=completeness,
    )


def line(soh: str | None = "50", chemistry: str | None = "LFP", **more: Any) -> dict[str, Any]:
    values = {"soh_declared_percent": soh, "chemistry": chemistry, "nominal_energy_kwh": "40"} | more
    return {name: value for name, value in values.items() if value is not None}


def shares(found) -> list[tuple[str, int, Decimal]]:
    return [(share.grade, share.packs, share.kwh) for share in found.shares]


@pytest.fixture
def policy(db):
    return publish_seed()


class TestManifest:
    def test_counts_acceptable_rows_only(self, policy):
        manifest = draft(
            line(), line(severity=1), line(severity=2), line(severity=3), line(fate="dropped"),
            line(fate="announced"),
        )  # fmt: skip

        assert shares(expected_of_manifest(manifest=manifest, at=AT)) == [("C", 2, Decimal(80))]

    def test_tells_one_number_however_written(self, policy):
        manifest = draft(line("50"), line("50.00"), line("50.0"))

        assert shares(expected_of_manifest(manifest=manifest, at=AT)) == [("C", 3, Decimal(120))]

    def test_takes_the_chemistry_of_the_type_where_none_is_said(self, policy):
        make_pack_type(key="T1", chemistry="LFP")
        manifest = draft(line(chemistry=None, pack_type_key="T1"), line(chemistry=None))

        assert shares(expected_of_manifest(manifest=manifest, at=AT)) == [
            ("C", 1, Decimal(40)),
            ("H", 1, Decimal(40)),
        ]

    def test_keeps_rows_without_a_claim_apart(self, policy):
        manifest = draft(line(None), line(None, nominal_energy_kwh=None))

        found = expected_of_manifest(manifest=manifest, at=AT)

        assert shares(found) == [("", 2, Decimal(40))]
        assert (found.packs, found.without_kwh) == (2, 1)

    @pytest.mark.parametrize(
        ("status", "grade"),
        [("none", "C"), ("damaged", "D"), ("defective", "D"), ("recalled", "D"), ("critical", "Q")],
    )
    def test_believes_a_declared_damage(self, policy, status, grade):
        manifest = draft(line(ddr_status=status))

        assert shares(expected_of_manifest(manifest=manifest, at=AT)) == [(grade, 1, Decimal(40))]

    def test_of_an_empty_draft_is_empty(self, policy):
        assert expected_of_manifest(manifest=draft(), at=AT).packs == 0

    def test_says_when_there_is_no_policy(self, db):
        found = expected_of_manifest(manifest=draft(line()), at=AT)

        assert (found.policy, found.shares, found.packs) == ("", [], 1)


class TestManyDifferent:
    @pytest.mark.parametrize(("pairs", "is_rounded"), [(MOST_PAIRS, False), (MOST_PAIRS + 1, True)])
    def test_are_rounded_down_beyond_the_limit(self, policy, pairs, is_rounded):
        manifest = draft(*(line(f"{20 + number / 100:.2f}") for number in range(pairs)))

        with CaptureQueriesContext(connection) as queries:
            found = expected_of_manifest(manifest=manifest, at=AT)

        assert found.is_rounded is is_rounded
        assert found.packs == pairs
        assert len(queries) == (3 if is_rounded else 2)

    def test_rounding_never_lifts_a_pack(self, policy):
        manifest = draft(*(line(f"{number / 100:.2f}") for number in range(5_999 - MOST_PAIRS, 6_000)))

        found = expected_of_manifest(manifest=manifest, at=AT)

        assert found.is_rounded
        assert shares(found) == [("C", 4000, Decimal(160_000)), ("D", 1001, Decimal(40_040))]  # D below 20


class TestBatch:
    def test_counts_what_was_not_withdrawn(self, policy):
        claim = {"chemistry": "LFP", "declared_soh_percent": Decimal(50)}
        batch = make_batch(packs=[claim, claim | {"status": "withdrawn"}, {"declared_soh_percent": None}])

        found = expected_of_batch(batch=batch, at=AT)

        assert shares(found) == [("C", 1, Decimal(40)), ("", 1, Decimal(40))]

    def test_asks_as_often_for_many_as_for_few(self, policy):
        counts = []
        for size in (1, 300):
            batch = make_batch(packs=size)
            with CaptureQueriesContext(connection) as queries:
                expected_of_batch(batch=batch, at=AT)
            counts.append(len(queries))

        assert counts == [2, 2]
