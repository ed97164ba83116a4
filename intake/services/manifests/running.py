"""Turn a manifest into a batch, or into the full list of what is wrong with it."""

from datetime import datetime

from django.db import transaction

from intake.domain.manifest.problems import ERROR
from intake.models import Manifest, ManifestState
from intake.services.manifests import lease as leases
from intake.services.manifests.announcing import Overtaken, announce
from intake.services.manifests.finishing import finish
from intake.services.manifests.lease import Lease, LeaseLost
from intake.services.manifests.reading import Reading, read
from rebattery.actor import Actor

_GAVE_UP = "The reading ended without a result each time; our log has the details."


def run(*, manifest_id: int, actor: Actor, at: datetime) -> Manifest:
    """Read a waiting manifest and settle it; return it as it stands then.

    Safe to call at any time, by any number of workers at once: the lease lets one of them work, and all
    effects are one transaction behind its fence. A manifest that is settled, or that another worker
    reads, is returned untouched. An unforeseen error counts as an attempt, and the sweep tries again
    until ``MAX_ATTEMPTS``.
    """
    lease = leases.claim(manifest_id=manifest_id)
    if lease is not None:
        try:
            _settle_or_again(lease, actor, at)
        except LeaseLost:
            pass  # Another worker has it now; whatever we did was rolled back.
        except Exception:
            leases.hand_back(lease)
            raise
    return Manifest.objects.select_related("supplier", "run").get(pk=manifest_id)


def _settle_or_again(lease: Lease, actor: Actor, at: datetime) -> None:
    try:
        _settle(lease, actor, at)
    except Overtaken:
        _settle(lease, actor, at)  # Now the other batch is seen, and its serials are reported row by row.


def _settle(lease: Lease, actor: Actor, at: datetime) -> None:
    if lease.attempt > leases.MAX_ATTEMPTS:
        _give_up(lease, actor, at)
        return
    manifest = Manifest.objects.select_related("stored_file", "supplier").get(pk=lease.manifest_id)
    with read(manifest=manifest, lease=lease, at=at) as reading:
        if why := _refusal(reading):
            _refuse(lease, reading, why, actor, at)
        else:
            leases.renew(lease, rows_done=reading.pack_count, step="announcing")
            announce(lease, reading, actor, at)


def _refusal(reading: Reading) -> str:
    if reading.refusal:
        return reading.refusal
    if errors := reading.total(ERROR):
        things = "1 thing is" if errors == 1 else f"{errors} things are"
        return f"{things} wrong in it. Nothing was imported."
    return "" if reading.pack_count else "No row in it describes a pack."


@transaction.atomic
def _refuse(lease: Lease, reading: Reading, why: str, actor: Actor, at: datetime) -> None:
    manifest = leases.lock(lease)
    finish(manifest, ManifestState.REFUSED, reading, actor, at, facts={"why": why}, why=why)


@transaction.atomic
def _give_up(lease: Lease, actor: Actor, at: datetime) -> None:
    manifest = leases.lock(lease)
    facts = {"why": _GAVE_UP, "attempts": leases.MAX_ATTEMPTS}
    finish(manifest, ManifestState.FAILED, None, actor, at, facts=facts, why=_GAVE_UP)
