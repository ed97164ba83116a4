"""Events as sentences."""

from datetime import UTC, datetime

import pytest

from rebattery.audit.models import Event
from rebattery.audit.trail import entry_of


def sentence(code: str, **facts) -> str:
    event = Event(
        event_type=code,
        subject_type="batch",
        subject_id=1,
        subject_label="B-1",
        actor_label="Otto",
        at=datetime(2026, 11, 22, tzinfo=UTC),
        facts=facts,
    )
    return entry_of(event).sentence


class TestEntryOf:
    @pytest.mark.parametrize(
        ("packs", "words"), [(0, "0 packs"), (1, "1 pack"), ("1", "1 pack"), (2, "2 packs"), (11, "11 packs")]
    )
    def test_counts_nouns(self, packs, words):
        assert sentence("batch.announced", packs=packs) == f"Batch B-1 was announced with {words}."

    def test_counts_what_a_closed_batch_received(self):
        told = sentence("batch.closed", received=1, missing=2)

        assert told == "Otto closed batch B-1: 1 pack received, 2 missing."

    def test_shows_a_question_mark_for_a_fact_that_is_not_there(self):
        assert sentence("batch.announced") == "Batch B-1 was announced with ? packs."

    @pytest.mark.parametrize(
        ("fact", "words"), [("2026-11-23", "23 Nov 2026"), ("2026-01-02", "2 Jan 2026"), ("soon", "soon")]
    )
    def test_shows_days_as_pages_do(self, fact, words):
        assert sentence("batch.expected", day=fact) == f"Otto said that batch B-1 is expected on {words}."
        told = sentence("instrument.calibrated", certificate="C-1", until=fact)
        assert told == f"Otto recorded certificate C-1 for B-1, valid until {words}."

    def test_takes_braces_in_facts_as_they_are(self):
        told = sentence("manifest.refused", why="{packs} and {0} are no numbers")

        assert told == "The file B-1 was refused: {packs} and {0} are no numbers"
