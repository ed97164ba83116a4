"""Start, end and cancel tests on channels, so that everybody sees which are free and when."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from grading.domain.durations import minutes_of, steps_of
from grading.models import Channel, ChannelUse, ProcedureVersion
from grading.queries.instruments import KINDS_FOR, standing_of
from intake.domain.lifecycle import Status
from intake.services.lifecycle import lock_packs
from rebattery.actor import Actor
from rebattery.audit.record import Event, record
from rebattery.dates import moment_in_words
from rebattery.errors import RuleViolation

Outcome = ChannelUse.Outcome


class ChannelRefused(RuleViolation):
    """This test cannot be started on this channel."""

    code = "channel_refused"


@transaction.atomic
def start_use(*, channel_id: int, pack_id: int, procedure_id: int, actor: Actor, at: datetime) -> ChannelUse:
    """Take the channel for a test of the pack; its end is computed from procedure, pack and channel.

    :raises ChannelRefused: when the channel is busy, out of service or may not measure today, the pack is not
        at the bench or on another channel, the procedure is retired, or the instrument is of a kind that
        cannot make such a test.
    """
    pack = lock_packs(pack_ids=[pack_id])[0]
    channel = Channel.objects.select_for_update().select_related("instrument").get(pk=channel_id)
    procedure = ProcedureVersion.objects.get(pk=procedure_id)
    _check_channel(channel, at)
    if pack.status != Status.INSPECTED:
        text = f"{pack.serial} is {pack.get_status_display().lower()}; only inspected packs are tested."
        raise ChannelRefused(text, fields={"serial": text})
    if other := ChannelUse.objects.filter(pack=pack, ended_at__isnull=True).select_related("channel").first():
        text = f"{pack.serial} is on channel {other.channel.code} already. End that first."
        raise ChannelRefused(text, fields={"serial": text})
    if procedure.retired_at is not None:
        text = f"{procedure} is retired. Choose another procedure."
        raise ChannelRefused(text, fields={"procedure": text})
    instrument = channel.instrument
    if instrument.kind not in KINDS_FOR[procedure.kind]:
        kind = instrument.get_kind_display().lower()
        text = f"{instrument.code} is a {kind}: it cannot make a {procedure.get_kind_display().lower()}."
        raise ChannelRefused(text, fields={"procedure": text})
    steps = steps_of(
        procedure.document, rated_ah=pack.rated_capacity_ah, current_range_a=channel.current_range_a
    )
    use = ChannelUse.objects.create(
        channel=channel,
        pack=pack,
        procedure=procedure,
        started_at=at,
        expected_end_at=at + timedelta(minutes=minutes_of(steps)),
        steps=[step.to_json() for step in steps],
        started_by_person_id=actor.person_id,
        started_by=actor.label,
    )
    after = {
        "channel_id": channel.pk,
        "pack_id": pack.pk,
        "procedure_id": procedure.pk,
        "expected_end_at": use.expected_end_at,
    }
    facts = {"procedure": str(procedure), "until": moment_in_words(use.expected_end_at)}
    _record("channel_use.started", use, actor, at, None, after, facts)
    return use


def end_use(*, use_id: int, actor: Actor, at: datetime) -> ChannelUse:
    """Free the channel because its test is done. One that was freed already stays as it is."""
    return _free(use_id, Outcome.ENDED, actor, at)


def cancel_use(*, use_id: int, actor: Actor, at: datetime) -> ChannelUse:
    """Free the channel because its test will not be done. One that was freed already stays as it is."""
    return _free(use_id, Outcome.CANCELLED, actor, at)


@transaction.atomic
def _free(use_id: int, outcome: Outcome, actor: Actor, at: datetime) -> ChannelUse:
    rows = ChannelUse.objects.select_for_update(of=("self",)).select_related("channel__instrument", "pack")
    use = rows.get(pk=use_id)
    if use.ended_at is not None:
        return use
    use.outcome, use.ended_at, use.ended_by = outcome.value, at, actor.label
    use.save(update_fields=["outcome", "ended_at", "ended_by"])
    before = {"outcome": "", "ended_at": None}
    after = {"outcome": use.outcome, "ended_at": at}
    _record(f"channel_use.{outcome.value}", use, actor, at, before, after, {})
    return use


def _check_channel(channel: Channel, at: datetime) -> None:
    found = standing_of(instrument=channel.instrument, on=at.date())
    own = found.channels.get(channel.pk)
    fault = found.fault or (own.why if own else "")
    if fault or not channel.is_active:
        raise ChannelRefused(
            f"Channel {channel.code} of {channel.instrument.code} cannot be used: "
            f"{fault or 'the channel is out of service'}."
        )
    if ChannelUse.objects.filter(channel=channel, ended_at__isnull=True).exists():
        raise ChannelRefused(
            f"Channel {channel.code} of {channel.instrument.code} is busy. End its test first."
        )


def _record(
    code: str,
    use: ChannelUse,
    actor: Actor,
    at: datetime,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    facts: Mapping[str, object],
) -> None:
    event = Event(
        code=code,
        subject_id=use.pk,
        subject_label=f"{use.pack.serial} on {use.channel.code}",
        pack_id=use.pack_id,
        before=before,
        after=after,
        facts={"channel": f"{use.channel.instrument.code} {use.channel.code}", **facts},
    )
    record(events=[event], actor=actor, at=at)
