"""What one would write instead: a task per pack, and chunks by the ORM's own bulk operations.

The second reads by ``select_related`` and ``prefetch_related`` and writes by ``bulk_create`` and
``bulk_update``. It leaves the same decisions, states and events; it takes no leases and joins no run.
"""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any

from celery import shared_task
from django.db import models, transaction
from django.utils import timezone

from grading.models import CapacityTest, Decision, PolicyVersion, ResistanceTest
from grading.queries.evidence import evidence_of
from grading.queries.kinds import counting_first
from grading.queries.policies import compiled, policy_in_force
from grading.services import decisions
from grading.services.decisions.judging import Judgement, judge
from intake.models import Inspection, Pack
from rebattery.actor import SYSTEM


class PeerEvent(models.Model):
    """An event with those columns that the application may name."""

    at = models.DateTimeField()
    event_type = models.TextField()
    subject_type = models.TextField()
    subject_id = models.BigIntegerField()
    subject_label = models.TextField()
    pack_id = models.BigIntegerField(null=True)
    supplier_id = models.BigIntegerField(null=True)
    actor_kind = models.TextField(default="task")
    actor_label = models.TextField(default="Peer")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        app_label = "intake"
        managed = False
        db_table = "audit_event"

    def __str__(self) -> str:
        return self.event_type


@shared_task(name="tests.benchmarks.grading_peers.grade_one")
def grade_one(pack_id: int) -> None:
    """What a task per pack would be: the same service, called for one."""
    decisions.grade(pack_ids=[pack_id], actor=SYSTEM, at=timezone.now())


@shared_task(name="tests.benchmarks.grading_peers.grade_by_orm")
def grade_by_orm(pack_ids: list[int]) -> None:
    with transaction.atomic():
        at = timezone.now()
        version = policy_in_force(at=at)
        policy = compiled(version)
        packs = list(
            Pack.objects.filter(pk__in=pack_ids, status="tested")
            .select_related("pack_type")
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
        )
        rows = _rows(packs)
        judged = [
            judge(pack=pack, evidence=evidence_of(rows[pack.pk], None, at.date()), policy=policy)
            for pack in packs
        ]
        _write(judged, version, at)


def _rows(packs: list[Pack]) -> dict[int, dict[str, Any]]:
    """Read what evidence consists of, as the ORM reads it: a query per table, put together in Python."""
    keys = [pack.pk for pack in packs]
    capacities = _first(
        counting_first(CapacityTest.objects.filter(pack__in=keys).select_related("procedure"))
    )
    resistances = _first(
        counting_first(ResistanceTest.objects.filter(pack__in=keys).select_related("procedure"))
    )
    inspections = _first(Inspection.objects.filter(pack__in=keys, superseded_by=None).order_by("-pk"))
    return {
        pack.pk: _row(pack, inspections.get(pack.pk), capacities.get(pack.pk), resistances.get(pack.pk))
        for pack in packs
    }


def _first(rows: Any) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for row in rows:
        found.setdefault(row.pack_id, row)
    return found


def _row(pack: Pack, inspection: Any, capacity: Any, resistance: Any) -> dict[str, Any]:
    people = [row.person_id for row in (inspection, capacity, resistance) if row and row.person_id]
    of_type = {name: getattr(pack.pack_type, name, None) for name in ("chemistry", "calendar_life_years")}
    of_capacity = {
        name: getattr(capacity, name, None)
        for name in ("soh_percent", "basis", "ended_by_cell_limit", "weakest_soh_percent", "measured_at")
        + ("spread_points", "u_soh_points")
    }
    of_resistance = {
        name: getattr(resistance, name, None)
        for name in ("ir_ratio", "is_comparable", "incomparable_because", "u_ratio")
    }
    found: dict[str, Any] = defaultdict(lambda: None)
    return (
        found
        | of_capacity
        | of_resistance
        | {
            "id": pack.pk,
            "chemistry": pack.chemistry,
            "type_chemistry": of_type["chemistry"],
            "calendar_life_years": of_type["calendar_life_years"],
            "pack_type_id": pack.pack_type_id,
            "declared_soh_percent": pack.declared_soh_percent,
            "history_completeness_percent": pack.history_completeness_percent,
            "produced": pack.declared.get("production_date"),
            "first_used": pack.declared.get("first_use_date"),
            "inspection_id": inspection and inspection.pk,
            "safety": inspection and inspection.safety,
            "identity_confirmed": inspection and inspection.identity_confirmed,
            "capacity_test_id": capacity and capacity.pk,
            "u_is_complete": bool(capacity and capacity.uncertainty and capacity.uncertainty["is_complete"]),
            "is_by_procedure": bool(capacity) and not any(d.get("is_grave") for d in capacity.departures),
            "capacity_procedure": capacity and capacity.procedure and capacity.procedure.code,
            "resistance_test_id": resistance and resistance.pk,
            "resistance_procedure": resistance and resistance.procedure and resistance.procedure.code,
            "people": people,
        }
    )


def _write(judged: list[Judgement], version: PolicyVersion, at: datetime) -> None:
    made = Decision.objects.bulk_create([_decision(item, version, at) for item in judged], batch_size=1000)
    for item in judged:
        item.pack.status = "in_review" if item.review_rule else "graded"
        item.pack.status_at = at
        item.pack.version += 1
    Pack.objects.bulk_update(
        [item.pack for item in judged], ["status", "status_at", "version"], batch_size=1000
    )
    PeerEvent.objects.bulk_create(
        [event for row, item in zip(made, judged, strict=True) for event in _events(row, item, version, at)],
        batch_size=2000,
    )


def _decision(item: Judgement, version: PolicyVersion, at: datetime) -> Decision:
    return Decision(
        pack=item.pack,
        policy=version,
        policy_sha256=version.sha256,
        kind=item.kind,
        grade=item.grade,
        route=item.route,
        reasons=item.reasons,
        missing=item.missing,
        path=item.path,
        applications=item.applications,
        warranty=item.warranty,
        evidence=json.loads(item.evidence_json),
        evidence_sha256=item.evidence_sha256,
        valid_until=item.valid_until,
        decided_at=at,
        decided_by="Peer",
    )


def _events(row: Decision, item: Judgement, version: PolicyVersion, at: datetime) -> list[PeerEvent]:
    facts = {"grade": row.grade, "policy": str(version), "route": row.route, "why": item.why}
    after = {
        "kind": row.kind,
        "grade": row.grade,
        "route": row.route,
        "policy_id": row.policy_id,
        "policy_sha256": row.policy_sha256,
        "evidence_sha256": row.evidence_sha256,
        "missing": row.missing,
    }
    both = {"at": at, "supplier_id": item.pack.supplier_id, "facts": facts}
    return [
        PeerEvent(
            event_type="decision.made", subject_type="decision", subject_id=row.pk, after=after,
            subject_label=f"{row.grade} by {version}", pack_id=item.pack.pk, **both,
        ),
        PeerEvent(
            event_type="pack.graded", subject_type="pack", subject_id=item.pack.pk,
            subject_label=item.pack.serial, before={"status": "tested"},
            after={"status": item.pack.status}, **both,
        ),
    ]  # fmt: skip
