"""Settle a manifest: its state, its counts and how it was read."""

from datetime import datetime
from typing import Any

from intake.models import Manifest, ManifestState
from intake.services.manifests.reading import Reading
from intake.services.telling import tell_settled
from rebattery.actor import Actor
from rebattery.audit.record import Event, record


def finish(
    manifest: Manifest,
    state: ManifestState,
    reading: Reading | None,
    actor: Actor,
    at: datetime,
    *,
    facts: dict[str, Any],
    why: str = "",
    code: str = "",
) -> None:
    """Store what was found and the manifest's state, as one change with one event.

    :param code: of the event; by default that of the state.
    """
    after: dict[str, Any] = {"state": state.value, "refusal": why, "finished_at": at}
    before = {name: getattr(manifest, name) for name in after}
    # These follow from the file and its corrections, so the trail does without them.
    derived: dict[str, Any] = {}
    if reading and reading.summary:
        derived = {
            "row_count": reading.summary["rows"],
            "error_count": reading.summary["errors"],
            "warning_count": reading.summary["warnings"],
            "summary": reading.summary,
            "plan": reading.plan,
        }
    for name, value in (after | derived).items():
        setattr(manifest, name, value)
    manifest.save(update_fields=[*after, *derived])
    event = Event(
        code=code or f"manifest.{state.value}",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        before=before,
        after=after,
        facts=facts,
    )
    record(events=[event], actor=actor, at=at)
    tell_settled(manifest=manifest, code=event.code, facts=facts, why=why, at=at)
