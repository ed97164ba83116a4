"""Settle a manifest: its state, its counts and its problems."""

from datetime import datetime
from typing import Any

from intake.domain.manifest.problems import ERROR, WARNING, Problem
from intake.models import Manifest, ManifestProblem, ManifestState
from intake.services.manifests.reading import Reading
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
) -> None:
    """Store what was found and the manifest's state, as one change with one event."""
    manifest.problems.all().delete()
    after: dict[str, Any] = {"state": state.value, "refusal": why, "finished_at": at}
    if reading:
        ManifestProblem.objects.bulk_create(_problem(manifest, problem) for problem in reading.kept())
        rules = [
            {"rule": rule, "severity": severity, "count": count}
            for (rule, severity), count in reading.counts.most_common()
        ]
        after |= {
            "row_count": reading.summary.get("rows", reading.pack_count),
            "error_count": reading.total(ERROR),
            "warning_count": reading.total(WARNING),
            "summary": reading.summary | {"rules": rules},
        }
    # The summary is long and can be had again from the file, so the trail does without it.
    told = [name for name, value in after.items() if name != "summary" and getattr(manifest, name) != value]
    before = {name: getattr(manifest, name) for name in told}
    for name, value in after.items():
        setattr(manifest, name, value)
    manifest.save(update_fields=list(after))
    event = Event(
        code=f"manifest.{state.value}",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        supplier_id=manifest.supplier_id,
        before=before,
        after={name: after[name] for name in told},
        facts=facts,
    )
    record(events=[event], actor=actor, at=at)


def _problem(manifest: Manifest, problem: Problem) -> ManifestProblem:
    return ManifestProblem(
        manifest=manifest,
        row=problem.row,
        column=_fitting(problem.column, 200),
        field=problem.field or "",
        rule=problem.rule,
        severity=problem.severity,
        value=_fitting(problem.value, 500),
        message=_fitting(problem.message, 500),
        fix=_fitting(problem.fix, 500),
    )


def _fitting(text: str | None, longest: int) -> str:
    clean = (text or "").replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"
