"""Turn a manifest into a batch, or into a draft with everything that is to be mended."""

from datetime import datetime

from django.db import transaction

from intake.models import Intent, Manifest, ManifestState
from intake.queries.repair import REFUSED_AS
from intake.services.manifests import lease as leases
from intake.services.manifests.announcing import Overtaken, announce
from intake.services.manifests.drafts import BatchIsClosed, DifferenceChanged
from intake.services.manifests.finishing import finish
from intake.services.manifests.lease import Lease
from intake.services.manifests.reading import Purpose, Reading, read
from intake.services.manifests.revising import revise
from intake.services.manifests.staging import replace_rows
from rebattery.actor import Actor

_GAVE_UP = "The reading ended without a result each time; our log has the details."
_NOTHING = "Nothing was announced."


def run(*, manifest_id: int, actor: Actor, at: datetime) -> Manifest:
    """Read a waiting manifest and settle it as its intent says; return it as it stands then.

    Safe to call at any time, by any number of workers at once: the lease lets one of them work, and all
    effects are one transaction behind its fence. A manifest that is settled, or that another worker
    reads, is returned untouched. An unforeseen error counts as an attempt, and the sweep tries again
    until ``MAX_ATTEMPTS``.
    """
    leases.work(manifest_id, lambda lease: _settle_or_again(lease, actor, at))
    return Manifest.objects.select_related("supplier", "run").get(pk=manifest_id)


def _settle_or_again(lease: Lease, actor: Actor, at: datetime) -> None:
    try:
        _settle(lease, actor, at)
    except Overtaken:
        _settle(lease, actor, at)  # Now the other batch is seen, and its serials are reported row by row.
    except (BatchIsClosed, DifferenceChanged) as refused:
        _stage_rows(lease, actor, at, why=refused.message)


def _settle(lease: Lease, actor: Actor, at: datetime) -> None:
    if lease.attempt > leases.MAX_ATTEMPTS:
        _give_up(lease, actor, at)
        return
    manifest = Manifest.objects.select_related("stored_file", "supplier").get(pk=lease.subject_id)
    intent = Intent(manifest.intent)
    if intent == Intent.ANNOUNCE_ALL:
        # A clean file needs no staged rows; any other is left at its first fault and read as a draft.
        with read(manifest=manifest, lease=lease, purpose=Purpose.ALL_PACKS, at=at) as reading:
            if _is_settled(lease, manifest, reading, actor, at):
                return
    purpose = Purpose.PACKS_AND_ROWS if intent == Intent.ANNOUNCE_VALID else Purpose.ROWS
    with read(manifest=manifest, lease=lease, purpose=purpose, at=at) as reading:
        if intent != Intent.ANNOUNCE_VALID or not _is_settled(lease, manifest, reading, actor, at):
            _stage(lease, reading, actor, at, why=_why_not(reading, intent))


def _stage_rows(lease: Lease, actor: Actor, at: datetime, *, why: str) -> None:
    manifest = Manifest.objects.select_related("stored_file", "supplier").get(pk=lease.subject_id)
    with read(manifest=manifest, lease=lease, purpose=Purpose.ROWS, at=at) as reading:
        _stage(lease, reading, actor, at, why=why)


def _is_settled(lease: Lease, manifest: Manifest, reading: Reading, actor: Actor, at: datetime) -> bool:
    """Announce what was read, or refuse what cannot be read, unless it has to become a draft first."""
    if reading.refusal:
        _stage(lease, reading, actor, at)
        return True
    if reading.is_obstructed or _hindrance(reading):
        return False
    leases.renew(lease, rows_done=reading.pack_count, step="announcing")
    write = revise if manifest.replaces_id else announce
    write(lease, reading, actor, at)
    return True


def _hindrance(reading: Reading) -> str:
    """Return what keeps the packs of a reading from being announced; empty when nothing does."""
    if count := reading.open_questions:
        return "1 question is open." if count == 1 else f"{count} questions are open."
    if reading.pack_count or (reading.summary["announced"] and not reading.rest):
        return ""
    return "No row is ready."


def _why_not(reading: Reading, intent: Intent) -> str:
    if reading.refusal or intent == Intent.CHECK:
        return ""
    why = _hindrance(reading)
    if intent == Intent.ANNOUNCE_ALL and (errors := reading.summary["errors"]):
        why = "1 thing is wrong in it." if errors == 1 else f"{errors} things are wrong in it."
    return f"{why} {_NOTHING}" if why else _NOTHING


def _stage(lease: Lease, reading: Reading, actor: Actor, at: datetime, *, why: str = "") -> None:
    leases.renew(lease, rows_done=int(reading.summary.get("rows", 0)), step="staging")
    stage(lease, reading, actor, at, why)


@transaction.atomic
def stage(lease: Lease, reading: Reading, actor: Actor, at: datetime, why: str) -> None:
    """Leave a draft with its rows, or refuse what cannot be read as packs, behind the fence."""
    manifest = leases.lock(lease)
    refusal, code = reading.refusal, reading.refusal_code
    if not refusal and not reading.summary["rows"] and not reading.open_questions:
        refusal, code = "No row in it describes a pack.", "no_packs"
    if refusal:
        manifest.rows.all().delete()
        _keep_code(manifest, reading, code)
        finish(manifest, ManifestState.REFUSED, reading, actor, at, facts={"why": refusal}, why=refusal)
        return
    replace_rows(manifest=manifest, spool=reading.rows, is_announcing=False)
    reading.summary["announced_up_to"] = manifest.summary.get("announced_up_to", 0)
    facts = {"ready": reading.summary["accepted"], "refused": reading.summary["refused"]}
    finish(manifest, ManifestState.DRAFT, reading, actor, at, facts=facts, why=why, code="manifest.checked")


def _keep_code(manifest: Manifest, reading: Reading, code: str) -> None:
    """Keep why the file was refused, for its page offers by it what may help."""
    if reading.summary:
        reading.summary[REFUSED_AS] = code
        return
    manifest.summary = {**manifest.summary, REFUSED_AS: code}  # What an earlier reading found stays.
    manifest.save(update_fields=["summary"])


@transaction.atomic
def _give_up(lease: Lease, actor: Actor, at: datetime) -> None:
    manifest = leases.lock(lease)
    facts = {"why": _GAVE_UP, "attempts": leases.MAX_ATTEMPTS}
    finish(manifest, ManifestState.FAILED, None, actor, at, facts=facts, why=_GAVE_UP)
