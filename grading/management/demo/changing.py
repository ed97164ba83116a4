"""What suppliers change about batches of the demo: days of arrival, one cancelled, one corrected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from grading.management.demo.files import manifest_of
from grading.management.demo.fleet import SOURCES, Source, TruePack, draw_packs
from grading.management.demo.timeline import Year
from intake.models import Batch, Intent, Manifest
from intake.services import manifests
from intake.services.arrivals import expect_batch
from intake.services.withdrawing import withdraw_batch

_DAY = timedelta(days=1)
_SOON = timedelta(minutes=3)
_FIRST_NUMBER = 9201
"""Serials of their own, so that the other files of the year stay as they are."""


def say_when_it_comes(year: Year, at: datetime, batch: Batch) -> None:
    """Let the supplier say on which day the first truck comes."""
    person = year.who(_person_of(_source_of(batch)))
    expect_batch(batch_id=batch.pk, expected_on=(at + 3 * _DAY).date(), actor=person, at=at)


def cancel_a_batch(year: Year, at: datetime) -> None:
    """Let a supplier announce four packs, and sell them elsewhere before any has come."""
    source, chance = SOURCES[2], Random(_FIRST_NUMBER)  # noqa: S311  a story, not a secret
    packs = draw_packs(source=source, count=4, first_number=_FIRST_NUMBER, on=at.date(), random=chance)
    batch = _send(year, at, source, packs, f"{source.code.lower()}-{at:%Y-%m-%d}-offer.csv").batch
    year.later(at + 1 * _DAY, _cancel, batch)


def _cancel(year: Year, at: datetime, batch: Batch) -> None:
    person = year.who(_person_of(_source_of(batch)))
    withdraw_batch(batch_id=batch.pk, reason="The customer keeps the packs.", actor=person, at=at)


def correct_the_newest(year: Year, at: datetime) -> None:
    """Let the supplier of the newest batch correct two claims, take one pack out and add another."""
    batch = Batch.objects.order_by("-pk")[0]
    source, chance = _source_of(batch), Random(_FIRST_NUMBER)  # noqa: S311  a story, not a secret
    listed = [year.truth[serial] for serial in batch.packs.order_by("row").values_list("serial", flat=True)]
    corrected = [
        replace(pack, claimed_soh_percent=pack.claimed_soh_percent - Decimal(2)) for pack in listed[:2]
    ]
    [new] = draw_packs(source=source, count=1, first_number=_FIRST_NUMBER + 50, on=at.date(), random=chance)
    packs = [*corrected, *listed[3:], new]
    _send(year, at, source, packs, f"{source.code.lower()}-{at:%Y-%m-%d}-corrected.csv", replaces=batch)


def _send(
    year: Year,
    at: datetime,
    source: Source,
    packs: Sequence[TruePack],
    name: str,
    replaces: Batch | None = None,
) -> Manifest:
    """Send a file, have it read, and announce all of it."""
    manifest = manifests.accept(
        supplier=year.cast.suppliers[source.code],
        file_name=name,
        # A corrected file repeats what was said on the day of the first one.
        content=manifest_of(
            source=source, packs=packs, on=(replaces.announced_at if replaces else at).date()
        ),
        actor=year.who(_person_of(source)),
        at=at,
        intent=Intent.CHECK,
        replaces=replaces,
    )
    reader = year.task("Manifest reader")
    manifests.run(manifest_id=manifest.pk, actor=reader, at=at + _SOON)
    manifests.submit(
        manifest_id=manifest.pk,
        intent=Intent.ANNOUNCE_ALL,
        expected_on=None,
        actor=year.who(_person_of(source)),
        at=at + 2 * _SOON,
    )
    return manifests.run(manifest_id=manifest.pk, actor=reader, at=at + 3 * _SOON)


def _source_of(batch: Batch) -> Source:
    return next(source for source in SOURCES if source.code == batch.supplier.code)


def _person_of(source: Source) -> str:
    return source.email.split("@")[0]
