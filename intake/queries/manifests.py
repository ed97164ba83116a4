"""Manifests on their way: how far they are, and what is wrong with them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from intake.domain.manifest.problems import WEIGHT, Problem
from intake.models import Intent, Manifest, ManifestRow, ManifestRun, ManifestState
from rebattery.accounts.models import User

WRONG = "wrong"
SILENCE = timedelta(seconds=15)
"""A reading worker gives a sign of life every few hundred milliseconds."""
SWEEP_EVERY = timedelta(seconds=15)
"""As the beat table says."""
_STEPS = {
    "": "Waiting for a worker",
    "reading": "Reading and checking rows",
    "staging": "Writing the rows of the draft",
    "announcing": "Writing the batch",
}
_STEPS_ANNOUNCING = _STEPS | {"reading": "Checking the rows once more"}
_TEXTS = Problem._fields[1:]  # all but the row


def manifests_for(*, viewer: User) -> QuerySet[Manifest]:
    """Return the manifests that ``viewer`` may see, with supplier, file and reading."""
    return Manifest.objects.visible_to(viewer).select_related("supplier", "stored_file", "run")


def in_state(manifests: QuerySet[Manifest], state: str) -> QuerySet[Manifest]:
    """Keep the files in ``state``; ``WRONG`` means refused or failed."""
    wanted = (ManifestState.REFUSED, ManifestState.FAILED) if state == WRONG else (state,)
    return manifests.filter(state__in=wanted)


def unfinished_for(*, viewer: User) -> QuerySet[Manifest]:
    """Return the files that still want something, newest first: neither all announced nor discarded."""
    done = (ManifestState.IMPORTED, ManifestState.DISCARDED)
    return manifests_for(viewer=viewer).exclude(state__in=done).order_by("-pk")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where the reading of a manifest stands."""

    state: str
    """The manifest's state; "running" or "announcing" while a worker has it, which only its lease knows."""
    is_waiting: bool
    """False once it is settled: nothing more will happen by itself."""
    is_announcing: bool
    """Its rows were read before, and now they are to become packs."""
    step: str
    rows_done: int
    attempts: int
    running_for_s: float
    """Since the file came; the longer, the less often its page asks again."""

    takeover_at: datetime | None
    """When another worker takes over, where the one that reads has given no sign of life for a while."""

    @property
    def note(self) -> str:
        attempt = f"attempt {self.attempts}" if self.attempts > 1 else ""
        if self.takeover_at is None:
            return attempt
        return f"interrupted; another worker starts it again at {self.takeover_at:%H:%M:%S} UTC at the latest"


def progress_of(*, manifest: Manifest, at: datetime) -> Progress:
    """Return where the reading of ``manifest`` (with its ``run``) stands."""
    is_waiting = manifest.state == ManifestState.QUEUED
    is_announcing = is_waiting and bool(manifest.plan) and manifest.intent != Intent.CHECK
    at_work = "announcing" if is_announcing else "running"
    return Progress(
        state=at_work if is_waiting and manifest.run.step else manifest.state,
        is_waiting=is_waiting,
        is_announcing=is_announcing,
        step=(_STEPS_ANNOUNCING if is_announcing else _STEPS)[manifest.run.step],
        rows_done=manifest.run.rows_done,
        attempts=manifest.run.attempts,
        running_for_s=(at - manifest.received_at).total_seconds(),
        takeover_at=_takeover_at(manifest.run, at) if is_waiting else None,
    )


def _takeover_at(run: ManifestRun, at: datetime) -> datetime | None:
    """Return when the lease and the next sweep end a silence that has lasted too long; None when none has."""
    if run.lease_until is None or run.lease_token is None:
        return None
    silent_for = at - (run.lease_until - timedelta(seconds=settings.LEASE_SECONDS))
    return run.lease_until + SWEEP_EVERY if silent_for > SILENCE else None


@dataclass(frozen=True, kw_only=True)
class RuleCount:
    """How often one rule is broken in a file."""

    rule: str
    severity: str
    count: int
    """Exact, also where not every case is kept with its words."""


def rules_of(*, manifest: Manifest) -> list[RuleCount]:
    """Return what is wrong with a file by rule, the worst first, then by count."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for group in manifest.summary.get("groups", ()):
        counts[group["rule"], group["severity"]] += group["count"]
    found = [
        RuleCount(rule=rule, severity=severity, count=count)
        for (rule, severity), count in counts.items()
        if count
    ]
    return sorted(found, key=lambda rule: (-WEIGHT[rule.severity], -rule.count, rule.rule))


@dataclass(frozen=True, kw_only=True)
class PlacedProblem:
    """One thing wrong with a file, with its place."""

    row: int | None
    """As the spreadsheet program shows it; None for the whole file."""
    column: str
    field: str
    rule: str
    severity: str
    value: str
    message: str
    fix: str


def problems_of(*, manifest: Manifest, limit: int) -> list[PlacedProblem]:
    """Return the first problems that are kept with their words: of the file itself, then row by row."""
    found = [placed(None, problem) for problem in manifest.summary.get("problems", ())]
    rows = manifest.rows.filter(severity__gt=0, fate=ManifestRow.Fate.OPEN).order_by("row")
    for number, problems in rows.values_list("row", "problems")[:limit].iterator():
        found += [placed(number, problem) for problem in problems if "message" in problem]
        if len(found) >= limit:
            break
    return found[:limit]


def placed(number: int | None, problem: Mapping[str, Any]) -> PlacedProblem:
    """Return a problem as it is stored with its place; its words may not have been kept."""
    texts = {name: problem.get(name) or "" for name in _TEXTS}
    return PlacedProblem(row=number, **texts)
