"""Everything about one pack, from claim to decision, as its page shows it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from grading.domain.applications import Fit
from grading.domain.override_scopes import without_note
from grading.domain.review_reasons import goes_to_reuse
from grading.domain.warranty import warranty_words
from grading.models import Decision, Dispute, Grade, SohReport
from grading.queries.blindness import CLAIMS, blind_to, without_claims
from grading.queries.comparisons import Comparison, comparisons_of
from grading.queries.decisions import decisions_of
from grading.queries.disputes import disputes_of, obstacle_to_dispute
from grading.queries.histories import History, history_of
from grading.queries.pack_story import Evidence, Limit, Step, limits_of, steps_of
from grading.queries.pack_way import Way, way_of
from grading.queries.soh_reports import soh_reports_of
from grading.queries.test_runs import Results, results_of
from grading.queries.told import told
from grading.queries.verdict_cards import Card, Proof, applications_of, asked_reasons, card_of, proofs_of
from intake.domain.hazards import BY_CODE, PHOTO_SLOTS, declared_hazards
from intake.domain.lifecycle import Status
from intake.domain.manifest.fields import FIELDS
from intake.models import CLAIM_COLUMNS, Inspection, Pack, Photo, Scan
from intake.queries.inspections import photos_of
from rebattery.accounts.models import User
from rebattery.audit.trail import Entry, entry_of, events_of_pack, is_told

SHOWN_EVENTS = 200


@dataclass(frozen=True)
class Claim:
    """One thing the supplier says about a pack."""

    label: str
    unit: str
    value: str


@dataclass(frozen=True)
class Dossier:
    """One pack as its page shows it to one viewer."""

    pack: Pack
    claims: list[Claim]
    raw_claims: list[tuple[str, str]]
    """Header and cell of the supplier's file, as received."""
    scans: list[Scan]
    inspections: list[Inspection]
    """The newest first."""
    checklist: list[tuple[str, str]]
    """Question and answer of the newest inspection."""
    photos: list[tuple[str, Photo]]
    """What each is meant to show, and the photo; newest first."""
    results: Results
    soh_reports: list[SohReport]
    """What others report of its state of health, the newest first; for staff only."""
    decisions: list[Decision]
    """The newest first."""
    comparisons: list[Comparison]
    people: list[str]
    story: list[Entry]
    """The newest first."""
    story_count: int
    """How many lines there are; ``story`` holds the newest ``SHOWN_EVENTS``."""
    way: Way
    history: History
    disputes: list[Dispute]
    """The newest first."""
    blind: frozenset[str]
    """Kinds of result of which the viewer, who may be to measure them, is told no claim or report yet."""

    @property
    def steps(self) -> list[Step]:
        """Return the story with the evidence that a supplier may see behind each line."""
        evidence = Evidence(self.pack, self.inspections, self.results, self.decisions)
        return steps_of(story=self.story, evidence=evidence)

    @property
    def compared(self) -> list[Limit]:
        """Return the comparisons that decided, value against limit."""
        return limits_of(self.reasons)

    def obstacle_to_dispute(self, *, at: datetime) -> str:
        """Return why the result cannot be disputed now; empty where it can be. One query."""
        return obstacle_to_dispute(pack=self.pack, decision=self.decision, disputes=self.disputes, at=at)

    @property
    def history_matters(self) -> bool:
        """Whether the decision in force waits for more facts, or remarks that there is no history."""
        if self.decision is None:
            return False
        codes = {reason["code"] for reason in self.decision.reasons}
        return self.decision.grade == Grade.H or "NO_HISTORY_PACK_ONLY" in codes

    @property
    def decision(self) -> Decision | None:
        """Return the decision in force."""
        return next((d for d in self.decisions if d.is_in_force), None)

    @property
    def suspended(self) -> Decision | None:
        """Return the last decision where it was taken back until new tests are decided on."""
        return next((d for d in self.decisions if d.is_suspended), None)

    @property
    def rests_on_nothing(self) -> bool:
        """Whether the decision in force rests on a result that does not count any more."""
        if self.decision is None:
            return False
        return self.results.out_of_force(self.decision.evidence)

    @property
    def card(self) -> Card | None:
        """Return how the decision in force was found, or what the policy says where people overrode it."""
        return card_of(self.decision) if self.decision else None

    @property
    def fits(self) -> list[Fit]:
        """Return which applications fit the pack and which do not, by the decision in force."""
        return applications_of(self.decision) if self.decision else []

    @property
    def neutral_scope(self) -> str:
        """Return for what the decision in force counts, as its supplier may read it; empty for any use."""
        return without_note(self.decision.scope) if self.decision else ""

    @property
    def is_beyond_warranty(self) -> bool:
        """Whether people set a grade for reuse against the policy, whose warranty does not cover that."""
        decision = self.decision
        return decision is not None and decision.is_override and goes_to_reuse(decision.grade)

    @property
    def proofs(self) -> list[Proof]:
        """Return the tests behind the decision in force."""
        return proofs_of(self.decision, self.results) if self.decision else []

    @property
    def warranty_terms(self) -> list[tuple[str, str]]:
        """Return the warranty and its monitoring in the decision in force, name and words."""
        terms = self.decision.warranty if self.decision else {}
        return warranty_words(terms) if terms else []

    @property
    def earlier(self) -> list[Decision]:
        """Return the decisions that others took the place of, the newest first."""
        return [d for d in self.decisions if d.superseded_by_id is not None]

    @property
    def lead(self) -> str:
        """Return the page in one sentence."""
        if self.suspended:
            return "Not graded now: the last decision is suspended."
        return str(self.reasons[0]["sentence"]) if self.reasons else "No decision yet."

    @property
    def hazards(self) -> list[str]:
        """Return why the pack is dangerous: by its newest inspection, before one by its supplier's word."""
        if self.inspections:
            found = [str(item["text"]) for item in self.inspections[0].findings]
        else:
            declared = declared_hazards(ddr_status=self.pack.ddr_status, declared=self.pack.declared)
            found = [f"{text} (the supplier's word)" for text in declared]
        return found or (["In quarantine"] if self.pack.status == Status.QUARANTINED else [])

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Return what decided, without remarks."""
        return [r for r in asked_reasons(self.decision) if r["kind"] == "reason"] if self.decision else []

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """Return what was noticed beside the decision: notes, and limits nearly crossed."""
        return [r for r in asked_reasons(self.decision) if r["kind"] != "reason"] if self.decision else []


def pack_for(*, viewer: User) -> QuerySet[Pack]:
    """Return the packs that ``viewer`` may open, with what their dossier needs of other rows."""
    packs = Pack.objects.visible_to(viewer)
    return packs.select_related("batch__manifest__stored_file", "supplier", "pack_type")


def dossier_of(*, pack: Pack, viewer: User) -> Dossier:
    """Return the dossier of ``pack``; the number of queries does not depend on how much there is."""
    inspections = list(Inspection.objects.filter(pack=pack).order_by("-id"))
    results = results_of(pack_id=pack.pk)
    events = list(told(events_of_pack(pack_id=pack.pk), viewer=viewer))
    shown = [event for event in reversed(events) if is_told(event) or not viewer.is_supplier]
    blind = blind_to(pack=pack, results=results, viewer=viewer)
    story = [entry_of(event, for_supplier=viewer.is_supplier) for event in shown[:SHOWN_EVENTS]]
    return Dossier(
        pack=pack,
        claims=_claims(pack, blind),
        raw_claims=[] if blind else list(pack.declared_raw.items()),
        scans=list(Scan.objects.filter(pack=pack).order_by("id")),
        inspections=inspections,
        checklist=_checklist(inspections),
        photos=[(PHOTO_SLOTS.get(photo.slot, photo.slot), photo) for photo in photos_of(pack_id=pack.pk)],
        results=results,
        soh_reports=[] if viewer.is_supplier or "capacity" in blind else soh_reports_of(pack_id=pack.pk),
        decisions=list(decisions_of(pack_id=pack.pk, viewer=viewer)),
        comparisons=comparisons_of(pack, results, blind=blind),
        people=sorted({event.actor_label for event in events if event.person_id}),
        story=without_claims(story, blind=blind),
        story_count=len(shown),
        way=way_of(events),
        history=history_of(pack=pack),
        disputes=disputes_of(pack_id=pack.pk),
        blind=blind,
    )


def _claims(pack: Pack, blind: Collection[str]) -> list[Claim]:
    # Serial and catalog type stand at the head of the page.
    own = {
        name: getattr(pack, column)
        for name, column in CLAIM_COLUMNS.items()
        if name not in ("pack_serial", "pack_type_key")
    }
    values = own | {name: value for name, value in pack.declared.items() if name in FIELDS}
    return [
        Claim(FIELDS[name].label, FIELDS[name].unit or "", _words(value))
        for name, value in values.items()
        if value not in (None, "") and CLAIMS.get(name) not in blind
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _checklist(inspections: Sequence[Inspection]) -> list[tuple[str, str]]:
    answers = inspections[0].answers if inspections else {}
    return [(question.text, answers.get(code) or "not checked") for code, question in BY_CODE.items()]
