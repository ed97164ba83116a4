"""Tell a supplier what became of a file or a batch, in the transaction in which it happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from intake.models import Batch, Intent, Manifest, Pack
from rebattery.naming import named
from rebattery.notices.domain.topics import Topic
from rebattery.notices.services import News, notify

MOST_NAMED = 100
"""Serials that a notice names; the page of the batch has them all."""


def tell_settled(*, manifest: Manifest, code: str, facts: Mapping[str, Any], why: str, at: datetime) -> None:
    """Tell what the event ``code`` did to a file, where its supplier should know without looking.

    :param facts: of the event. :param why: a refusal's or a draft's sentence.
    """
    name = manifest.file_name
    if code == "manifest.refused":
        _tell_file(manifest, Topic.FILE_REFUSED, f"{name} was refused", f"{why} Send a mended file.", at)
    elif code == "manifest.failed":
        text = "We could not read the file; our staff have been told. There is nothing for you to do."
        _tell_file(manifest, Topic.FILE_FAILED, f"{name} could not be read", text, at)
    elif code == "manifest.checked" and _needs_somebody(manifest):
        ready, refused = _packs(facts["ready"]), facts["refused"]
        text = f"{ready} ready, {refused} to be mended. {why}".strip()
        _tell_file(manifest, Topic.FILE_CHECKED, f"{name} needs you", f"{text} Answer and mend it there.", at)
    elif code in ("manifest.imported", "manifest.announced_in_part"):
        _tell_announced(manifest, int(facts["packs"]), int(facts.get("rest", 0)), at)
    elif code == "manifest.applied" and manifest.replaces:
        _tell_corrected(manifest, manifest.replaces, facts, at)


def tell_cancelled(*, batch: Batch, packs: int, at: datetime) -> None:
    """Tell that a batch was cancelled; why is for the supplier's own people to say, and not in it."""
    _tell_batch(
        batch,
        Topic.BATCH_CANCELLED,
        f"Batch {batch.number} was cancelled",
        f"Nothing of it had arrived; {_packs(packs)} withdrawn. We do not expect it any more.",
        f"batch_cancelled:{batch.pk}",
        at,
    )


def tell_closed(*, batch: Batch, arrived: int, missing_ids: Sequence[int], at: datetime) -> None:
    """Tell that a batch was closed, and name the packs that did not arrive."""
    text = f"{_packs(arrived)} arrived."
    if missing_ids:
        missing = Pack.objects.filter(pk__in=missing_ids).order_by("serial")
        serials = named(list(missing.values_list("serial", flat=True)), most=MOST_NAMED)
        text += f" Missing: {serials}. A pack that comes late is still received."
    missing_words = f", {_packs(len(missing_ids))} missing" if missing_ids else ", all packs arrived"
    _tell_batch(
        batch,
        Topic.BATCH_CLOSED,
        f"Batch {batch.number} was closed{missing_words}",
        text,
        f"batch_closed:{batch.pk}",
        at,
    )


def _needs_somebody(manifest: Manifest) -> bool:
    # Who only asked for a check looks at the page; a clean file needs no mail.
    return bool(manifest.error_count or manifest.summary.get("questions") or manifest.intent != Intent.CHECK)


def _tell_announced(manifest: Manifest, packs: int, rest: int, at: datetime) -> None:
    batch = Batch.objects.get(manifest=manifest)
    text = f"{_packs(packs)} of {manifest.file_name} announced. The page of the batch has the receipt."
    if rest:
        rows = "1 row waits" if rest == 1 else f"{rest} rows wait"
        text += f" {rows} in the draft to be mended."
    title = f"Batch {batch.number} was announced with {_packs(packs)}"
    _tell_batch(batch, Topic.BATCH_ANNOUNCED, title, text, f"batch_announced:{batch.pk}:{packs}", at)


def _tell_corrected(manifest: Manifest, batch: Batch, facts: Mapping[str, Any], at: datetime) -> None:
    added, changed, withdrawn = facts["added"], facts["changed"], facts["withdrawn"]
    title = f"Batch {batch.number} was corrected: {added} added, {changed} changed, {withdrawn} withdrawn"
    text = (
        f"{manifest.file_name} was applied; {_packs(facts['untouched'])} already here left alone."
        " Print the receipt anew."
    )
    _tell_batch(batch, Topic.BATCH_CORRECTED, title, text, f"batch_corrected:{manifest.pk}", at)


def _tell_batch(batch: Batch, topic: Topic, title: str, text: str, dedupe: str, at: datetime) -> None:
    news = News(
        topic=topic,
        supplier_id=batch.supplier_id,
        subject_type="batch",
        subject_id=batch.pk,
        subject_label=batch.number,
        title=title,
        text=text,
        path=reverse("batch", args=[batch.pk]),
        dedupe=dedupe,
    )
    notify(news=[news], at=at)


def _tell_file(manifest: Manifest, topic: Topic, title: str, text: str, at: datetime) -> None:
    """Tell it once per file: a file is read again after each answer, and needs its people still."""
    news = News(
        topic=topic,
        supplier_id=manifest.supplier_id,
        subject_type="manifest",
        subject_id=manifest.pk,
        subject_label=manifest.file_name,
        title=title,
        text=text,
        path=reverse("manifest", args=[manifest.pk]),
        dedupe=f"{topic.value}:{manifest.pk}",
    )
    notify(news=[news], at=at)


def _packs(count: int) -> str:
    return "1 pack" if count == 1 else f"{count} packs"
