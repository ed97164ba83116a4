"""Read a tester file and settle it, whatever happens to the worker in between."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Unreadable
from grading.domain.tester_files.standing import standing_of
from grading.models import TesterFile
from grading.services.tester_files.changes import RECORDED, REFUSED, change, gave_result
from grading.services.tester_files.deriving import Progress, Test, derived, keep
from grading.services.tester_files.lease import LEASES
from grading.services.tester_files.matching import Found, pack_of
from grading.services.tester_files.parameters import parameters_for
from intake.services.leases import MAX_ATTEMPTS, Lease, LeaseLost
from rebattery.actor import Actor

GAVE_UP = (
    "E_FORMAT: Reading it ended without a result each time; our log has the details. "
    "Copy it from the tester again, or export it as CSV."
)


def run(*, tester_file_id: int, actor: Actor, at: datetime) -> TesterFile:
    """Read a waiting file and settle it; return it as it stands then.

    Safe to call at any time, by any number of workers at once: the lease lets one of them work, and all
    effects are one transaction behind its fence. A worker that dies has used up an attempt; after
    ``MAX_ATTEMPTS`` the file is refused, so that no file keeps others waiting for ever.
    """
    LEASES.work(tester_file_id, lambda lease: _read(lease, actor, at))
    return TesterFile.objects.select_related("run", "stored_file", "pack").get(pk=tester_file_id)


@dataclass(frozen=True)
class _Reading:
    tests: list[Test]
    parameters: Parameters
    found: Found


def _read(lease: Lease, actor: Actor, at: datetime) -> None:
    if lease.attempt > MAX_ATTEMPTS:
        _refuse(lease, GAVE_UP, actor, at)
        return
    rows = TesterFile.objects.select_related("stored_file", "pack__pack_type", "procedure")
    file = rows.get(pk=lease.subject_id)
    try:
        with _kept_alive(lease), _tests_of(file, _teller(lease)) as reading, transaction.atomic():
            _settle(LEASES.lock(lease), reading, actor, at)
    except Unreadable as refusal:
        _refuse(lease, f"{refusal.code}: {refusal.message}", actor, at)


@contextmanager
def _tests_of(file: TesterFile, tell: Progress) -> Iterator[_Reading]:
    """Derive with what the name says of the pack, and anew where only the content says of which it is."""
    found = Found(pack=file.pack) if file.pack else pack_of(file_name=file.file_name)
    parameters = _parameters(file, found)
    with derived(file=file, parameters=parameters, on_progress=tell) as tests:
        again = found
        if file.pack is None:
            again = pack_of(file_name=file.file_name, heads=[test.get("meta") or {} for test in tests])
        if _parameters(file, again) == parameters:
            yield _Reading(tests, parameters, again)
            return
    parameters = _parameters(file, again)
    with derived(file=file, parameters=parameters, on_progress=tell) as tests:
        yield _Reading(tests, parameters, again)


def _parameters(file: TesterFile, found: Found) -> Parameters:
    return parameters_for(pack=found.pack, procedure=file.procedure, answers=file.answers)


def _settle(file: TesterFile, reading: _Reading, actor: Actor, at: datetime) -> None:
    pack_id = reading.found.pack.pk if reading.found.pack else None
    standing = standing_of(reading.tests, has_pack=pack_id is not None, candidates=reading.found.candidates)
    keep(
        file=file,
        tests=reading.tests,
        parameters=reading.parameters,
        pack_id=pack_id,
        actor=actor,
        at=at,
    )
    after = {
        # A result keeps its file: what a later reading finds does not set it free for another pack.
        "state": RECORDED.value if gave_result(file) else standing.state,
        "why": standing.why,
        "pack_id": pack_id,
        "candidates": reading.found.candidates,
        "format": str(reading.tests[0].get("format", ""))[:40],
        "flag_codes": _codes(reading.tests),
    }
    change(file, "tester_file.read", after, actor=actor, at=at, facts={"outcome": standing.told})


def _codes(tests: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({flag["code"] for test in tests for flag in test["flags"]})


def _refuse(lease: Lease, why: str, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        file = LEASES.lock(lease)
        state = RECORDED if gave_result(file) else REFUSED
        after = {"state": state.value, "why": why, "flag_codes": [why.split(":", 1)[0]]}
        change(file, "tester_file.refused", after, actor=actor, at=at, facts={"why": why})


def _teller(lease: Lease) -> Progress:
    def tell(progress: Mapping[str, Any]) -> None:
        LEASES.renew(lease, rows_read=int(progress.get("rows", 0)))

    return tell


@contextmanager
def _kept_alive(lease: Lease) -> Iterator[None]:
    """Prolong the lease while the limited process reads: it says nothing until it has read all of a file."""
    done = threading.Event()

    def prolong() -> None:
        try:
            while not done.wait(settings.LEASE_SECONDS / 3):
                LEASES.renew(lease)
        except LeaseLost:
            pass  # the fence keeps this worker from writing
        finally:
            connection.close()

    thread = threading.Thread(target=prolong, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
