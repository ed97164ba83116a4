"""Manifests on their way, and what is wrong with them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from intake.domain.manifest.fields import FIELDS
from intake.domain.manifest.problems import ERROR
from intake.models import Manifest, ManifestProblem, ManifestRun, ManifestState
from rebattery.accounts.models import User

WRONG = "wrong"
SILENCE = timedelta(seconds=15)
"""A reading worker gives a sign of life every few hundred milliseconds."""
SWEEP_EVERY = timedelta(seconds=15)
"""As the beat table says."""
_STEPS = {
    "": "Waiting for a worker",
    "reading": "Reading and checking rows",
    "announcing": "Writing the batch",
}


def manifests_for(*, viewer: User) -> QuerySet[Manifest]:
    """Return the manifests that ``viewer`` may see, with supplier, file and reading."""
    return Manifest.objects.visible_to(viewer).select_related("supplier", "stored_file", "run")


def in_state(manifests: QuerySet[Manifest], state: str) -> QuerySet[Manifest]:
    """Keep the files in ``state``; ``WRONG`` means refused or failed."""
    wanted = (ManifestState.REFUSED, ManifestState.FAILED) if state == WRONG else (state,)
    return manifests.filter(state__in=wanted)


def unfinished_for(*, viewer: User) -> QuerySet[Manifest]:
    """Return the files that have not become a batch, newest first."""
    return manifests_for(viewer=viewer).exclude(state=ManifestState.IMPORTED).order_by("-pk")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where the reading of a manifest stands."""

    state: str
    """The manifest's state; "running" while a worker reads it, which only its lease knows."""
    is_waiting: bool
    """False once it is settled: nothing more will happen by itself."""
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
    return Progress(
        state="running" if is_waiting and manifest.run.step else manifest.state,
        is_waiting=is_waiting,
        step=_STEPS[manifest.run.step],
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
    """How often one rule was broken in a file."""

    rule: str
    severity: str
    count: int
    """Exact, also where not every case is kept."""
    kept: int = 0
    message: str = ""
    """As said for the first case."""

    @property
    def label(self) -> str:
        return self.rule.replace("_", " ").capitalize().replace("Soh", "SOH").replace("Vin", "VIN")


def rules_of(*, manifest: Manifest) -> list[RuleCount]:
    """Return what is wrong with a file by rule, errors first, then by count."""
    kept: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = manifest.problems.order_by("pk").values_list("rule", "severity", "message")
    for rule, severity, message in rows:
        kept[rule, severity].append(message)
    counts = []
    for entry in manifest.summary.get("rules", ()):
        said = kept[entry["rule"], entry["severity"]]
        counts.append(RuleCount(**entry, kept=len(said), message=said[0] if said else ""))
    return sorted(counts, key=lambda found: (found.severity != ERROR, -found.count, found.rule))


def columns_of(*, manifest: Manifest) -> list[tuple[str, str, str]]:
    """Return every column of a file: its heading, what it was read as, the unit in its heading."""
    return [
        (column["header"], _label(column["field"]), column["unit"] or "")
        for column in manifest.summary.get("columns", ())
    ]


def problems_of(*, manifest: Manifest) -> QuerySet[ManifestProblem]:
    """Return the kept problems of a file; they were stored in the order of its rows."""
    return manifest.problems.order_by("pk")


def _label(field: str | None) -> str:
    return FIELDS[field].label if field else "kept as extra"
