"""Who may not judge what: the one table, and the one function that every service and every page asks."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

Acts = Iterable[tuple["Act", int | None]]


class Act(StrEnum):
    """Something that a person did, on which a later judgement rests."""

    DECLARED = "declared"
    """Sent the file that says what the pack is, or announced it for its supplier."""
    MEASURED = "measured"
    """Inspected the pack, or made a test of it that stands or stood since the decision before."""
    ASKED = "asked"
    """Asked for the override."""
    DECIDED = "decided"
    """Confirmed or set the decision, or asked for it."""
    PROPOSED = "proposed"
    """Proposed to declare the instrument bad."""
    WROTE = "wrote"
    """Wrote the draft of the policy."""


class Judging(StrEnum):
    """What a person is about to do."""

    REVIEW = "review"
    """Confirm, order a retest, ask for an override, or put aside."""
    OVERRIDE = "override"
    """Answer an override that somebody asked for."""
    ENDING = "ending"
    """End an override that counts, so that the policy speaks again: its word is nobody's own."""
    DISPUTE = "dispute"
    """Answer a supplier's dispute."""
    REOPENING = "reopening"
    """Let a pack out of quarantine for a fresh inspection."""
    DECLARATION = "declaration"
    """Approve that an instrument is declared bad."""
    REFUSAL = "refusal"
    """Refuse that an instrument is declared bad."""
    PUBLICATION = "publication"
    """Publish a policy."""


OWN_CLAIM = "You announced this pack yourself; another reviewer must decide."
OWN_MEASUREMENT = "You inspected or measured this pack yourself; another reviewer must decide."
OWN_REQUEST = "You asked for this override; a second person must answer."
OWN_DECISION = "You decided on this pack yourself; another reviewer must answer."
OWN_FINDING = "You inspected it yourself: another person must re-open it."
OWN_PROPOSAL = "You proposed this yourself; another person must approve it."
OWN_PROPOSAL_STANDS = "You proposed it yourself: withdraw it."
OWN_RESULTS = "You measured with it since then; somebody who did not must approve it."
OWN_DRAFT = "You wrote this draft; another person must publish it."

_OF_A_PACK = {Act.MEASURED: OWN_MEASUREMENT, Act.DECLARED: OWN_CLAIM}
BARS: Mapping[Judging, Mapping[Act, str]] = {
    Judging.REVIEW: _OF_A_PACK,
    Judging.OVERRIDE: {**_OF_A_PACK, Act.ASKED: OWN_REQUEST},
    Judging.ENDING: _OF_A_PACK,
    Judging.DISPUTE: {**_OF_A_PACK, Act.ASKED: OWN_DECISION, Act.DECIDED: OWN_DECISION},
    Judging.REOPENING: {Act.MEASURED: OWN_FINDING},
    Judging.DECLARATION: {Act.PROPOSED: OWN_PROPOSAL, Act.MEASURED: OWN_RESULTS},
    Judging.REFUSAL: {Act.PROPOSED: OWN_PROPOSAL_STANDS},
    Judging.PUBLICATION: {Act.WROTE: OWN_DRAFT},
}
"""What bars a person from each judgement, with the sentence that says so; the first that applies is said.

Receiving a pack bars from nothing: who counts what comes in says nothing of its state.
"""


def why_not(judging: Judging, person_id: int | None, acts: Acts) -> str:
    """Return why the person may not judge; empty when nothing of ``acts`` is theirs.

    :param person_id: none for tasks and the system, which no act belongs to; services refuse them where
        somebody has to answer for the judgement.
    :param acts: what was done, and by whom, to that which is judged.
    """
    if person_id is None:
        return ""
    own = {act for act, by in acts if by == person_id}
    return next((sentence for act, sentence in BARS[judging].items() if act in own), "")
