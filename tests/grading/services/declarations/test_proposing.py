"""Proposing that an instrument is bad, and closing a proposal without effect."""

from datetime import timedelta

import pytest

from grading.models import InstrumentDeclaration
from grading.queries.instruments import standing_of
from grading.services.declarations import (
    AlreadyProposed,
    DeclarationRefused,
    refuse_declaration,
    withdraw_declaration,
)
from grading.services.instruments import add_channel
from rebattery.actor import SYSTEM
from rebattery.audit.models import Event
from rebattery.audit.record import ReasonMissing
from rebattery.audit.trail import entry_of
from tests.evidence import publish_seed
from tests.factories import AT, balance, make_actor, make_instrument, make_person
from tests.grading.declaring import APPROVED_AT, PROPOSED_AT, WHY, make_measured, propose


@pytest.fixture
def bad(db):
    return make_instrument(code="CY-1")


@pytest.fixture
def otto(db):
    return make_person("warehouse", name="Otto")


class TestProposeDeclaration:
    def test_changes_nothing_but_itself(self, bad, otto):
        publish_seed()
        [pack] = make_measured(with_=bad)

        declaration = propose(bad, by=otto)

        pack.refresh_from_db()
        assert (declaration.state, declaration.proposed_by, pack.status) == ("proposed", "Otto", "graded")
        assert not standing_of(instrument=bad, on=PROPOSED_AT.date()).fault
        told = Event.objects.get(subject_type="instrument_declaration")
        assert entry_of(told).sentence == f"Otto proposed to declare CY-1 bad since 20 Nov 2026: {WHY}"
        balance()

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_wants_to_know_why(self, bad, reason):
        with pytest.raises(ReasonMissing):
            propose(bad, reason=reason)

    @pytest.mark.parametrize(("ahead", "is_refused"), [(0, False), (1, True)])
    def test_takes_no_moment_to_come(self, bad, ahead, is_refused):
        since = PROPOSED_AT + timedelta(microseconds=ahead)
        if not is_refused:
            assert propose(bad, since_at=since).since_at == since
            return
        with pytest.raises(DeclarationRefused) as refused:
            propose(bad, since_at=since)
        assert refused.value.fields == {"since_at": "This moment is still to come."}

    def test_takes_no_channel_of_another_instrument(self, bad):
        other = add_channel(instrument_id=make_instrument().pk, code="1", limits={}, actor=SYSTEM, at=AT)
        with pytest.raises(DeclarationRefused) as refused:
            propose(bad, channel_id=other.pk)
        assert "channel_id" in refused.value.fields

    def test_is_one_at_a_time_for_the_same_thing(self, bad):
        propose(bad)
        with pytest.raises(AlreadyProposed, match="CY-1 is proposed already"):
            propose(bad)

        channel = add_channel(instrument_id=bad.pk, code="1", limits={}, actor=SYSTEM, at=AT)
        assert propose(bad, channel_id=channel.pk).what == "CY-1, channel 1"


class TestClosing:
    @pytest.mark.parametrize(
        ("act", "state"), [(withdraw_declaration, "withdrawn"), (refuse_declaration, "refused")]
    )
    def test_needs_a_reason_and_leaves_a_trail(self, bad, otto, act, state):
        declaration = propose(bad, by=otto)
        actor = make_actor(otto if state == "withdrawn" else make_person("reviewer", name="Rita"))
        with pytest.raises(ReasonMissing):
            act(declaration_id=declaration.pk, reason=" ", actor=actor, at=APPROVED_AT)

        act(declaration_id=declaration.pk, reason="A loose lead", actor=actor, at=APPROVED_AT)

        closed = InstrumentDeclaration.objects.get()
        assert (closed.state, closed.settled_because) == (state, "A loose lead")
        assert Event.objects.filter(event_type=f"instrument_declaration.{state}").count() == 1
        assert not standing_of(instrument=bad, on=APPROVED_AT.date()).fault
        balance()
        propose(bad)  # the way is free for another one

    def test_is_by_the_one_who_proposed_or_by_another(self, bad, otto):
        declaration = propose(bad, by=otto)
        with pytest.raises(DeclarationRefused, match="Otto proposed it and can withdraw it"):
            withdraw_declaration(
                declaration_id=declaration.pk,
                reason="No",
                actor=make_actor(make_person("reviewer")),
                at=APPROVED_AT,
            )
        with pytest.raises(DeclarationRefused, match="withdraw it"):
            refuse_declaration(
                declaration_id=declaration.pk, reason="No", actor=make_actor(otto), at=APPROVED_AT
            )
