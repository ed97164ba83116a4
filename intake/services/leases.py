"""Who works on a thing that waits: one worker at a time, for a limited time, a limited number of times."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from intake.models.run import Run
from rebattery.jobs import Job, send

MAX_ATTEMPTS = 4
QUEUED = "queued"
Subject = TypeVar("Subject", bound=models.Model)
_RETRY_AFTER_S = 10


class LeaseLost(Exception):
    """Another worker has taken the work over; this one must not write any more."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one thing, until it lapses or another worker takes over."""

    subject_id: int
    token: uuid.UUID
    attempt: int
    """1 for the first; one beyond ``MAX_ATTEMPTS`` means: give up."""


@dataclass(frozen=True, kw_only=True)
class Leases(Generic[Subject]):
    """The leases on the things of one table; a table of runs beside it says how each stands."""

    subjects: type[Subject]
    """Its ``state`` is ``QUEUED`` while a thing waits."""
    runs: type[Run]
    link: str
    """The field of a run, and of the job's message, that leads to its subject."""
    job: Job
    at_start: Mapping[str, Any]
    """What a run says of its progress when an attempt begins."""
    at_return: Mapping[str, Any]
    """The same when the work is handed back."""
    beside: str
    """What is loaded with a subject whenever it is locked."""

    def claim(self, subject_id: int) -> Lease | None:
        """Take the right to work on what waits; None when it is settled or another worker has it.

        The attempt is counted here, so that a worker killed in the middle has used one up. Only the
        database's clock counts.
        """
        token = uuid.uuid4()
        with transaction.atomic():
            # The lock makes a second worker wait until it sees what the first has made of it.
            locked = self.subjects._default_manager.select_for_update(no_key=True)
            if not locked.filter(pk=subject_id, state=QUEUED).values_list("pk").first():
                return None
            run = self.runs._default_manager.filter(**{f"{self.link}_id": subject_id})
            taken = run.filter(_free()).update(
                attempts=F("attempts") + 1, lease_token=token, lease_until=_in(), **self.at_start
            )
            return Lease(subject_id, token, run.values_list("attempts", flat=True).get()) if taken else None

    def work(self, subject_id: int, do: Callable[[Lease], None]) -> None:
        """Claim what waits and ``do`` the work on it; what is settled, or another worker has, is left alone.

        An unforeseen error counts as an attempt, and the sweep tries again.
        """
        lease = self.claim(subject_id)
        if lease is None:
            return
        try:
            do(lease)
        except LeaseLost:
            pass  # Another worker has it now; whatever we did was rolled back.
        except Exception:
            self.hand_back(lease)
            raise

    def renew(self, lease: Lease, **progress: Any) -> None:
        """Say how far the work has come and prolong the lease; inside a transaction this is its fence.

        :raises LeaseLost: when another worker holds it now.
        """
        if not self._held(lease).update(lease_until=_in(), **progress):
            raise LeaseLost

    def hand_back(self, lease: Lease) -> None:
        """Let the sweep try again soon, a little later after each attempt."""
        later = _in(_RETRY_AFTER_S * lease.attempt)
        self._held(lease).update(lease_token=None, lease_until=later, **self.at_return)

    def sweep(self) -> int:
        """Nudge everything that waits and that nobody works on; return how much the broker took."""
        waiting = self.runs._default_manager.filter(_free(), **{f"{self.link}__state": QUEUED})
        nudged = 0
        for subject_id in waiting.order_by("pk").values_list(f"{self.link}_id", flat=True):
            if not send(self.job, **{f"{self.link}_id": subject_id}):
                break
            nudged += 1
        return nudged

    def wait_anew(self, subject_id: int) -> None:
        """Give a thing that is queued again all its attempts back."""
        progress = {**self.at_start, **self.at_return}
        run = self.runs._default_manager.filter(**{f"{self.link}_id": subject_id})
        run.update(attempts=0, lease_token=None, lease_until=None, **progress)

    def lock(self, lease: Lease) -> Subject:
        """Fence the current transaction and return the subject, locked, with what stands ``beside`` it.

        :raises LeaseLost: when another worker holds it now.
        """
        subjects = self.subjects._default_manager.select_for_update(no_key=True, of=("self",))
        locked: Any = subjects.select_related(self.beside).get(pk=lease.subject_id)
        if locked.state != QUEUED or not self._held(lease).select_for_update().values_list("pk").first():
            raise LeaseLost
        return locked

    def _held(self, lease: Lease) -> models.QuerySet[Any]:
        mine = {f"{self.link}_id": lease.subject_id, "lease_token": lease.token}
        return self.runs._default_manager.filter(**mine)


def _free() -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lt=Now())


def _in(seconds: float | None = None) -> Any:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS if seconds is None else seconds)
