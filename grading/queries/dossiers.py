"""Everything about one pack, from claim to decision, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from grading.models import Decision
from grading.queries.decisions import decisions_of
from grading.queries.test_runs import Results, results_of
from intake.domain.hazards import BY_CODE
from intake.domain.lifecycle import Status
from intake.domain.manifest.fields import FIELDS
from intake.models import Inspection, Pack, Photo, Scan
from intake.queries.inspections import photos_of
from rebattery.accounts.models import User
from rebattery.audit.trail import Entry, entry_of, events_of_pack, supplier_timeline

SHOWN_EVENTS = 200


@dataclass(frozen=True)
class Claim:
    """One thing the supplier says about a pack."""

    label: str
    unit: str
    value: str


@dataclass(frozen=True)
class Comparison:
    """A claim beside its measurement."""

    label: str
    unit: str
    claimed: Decimal | None
    measured: Decimal | None
    measured_as: str

    @property
    def difference(self) -> Decimal | None:
        """Return measured minus claimed; None where one of them is not known."""
        if self.claimed is None or self.measured is None:
            return None
        return self.measured - self.claimed


@dataclass(frozen=True)
class Finding:
    """One answer of an inspection in words."""

    text: str
    answer: str
    is_hazard: bool


@dataclass(frozen=True)
class Dossier:
    """One pack as its page shows it to one viewer."""

    pack: Pack
    claims: list[Claim]
    raw_claims: list[tuple[str, str]]
    """Header and cell of the supplier's file, as received."""
    scans: list[Scan]
    inspections: list[Inspection]
    findings: list[Finding]
    photos: list[Photo]
    results: Results
    decisions: list[Decision]
    """The newest first."""
    comparisons: list[Comparison]
    people: list[str]
    story: list[Entry]
    """The newest first."""
    reached: dict[str, datetime]
    """State to the moment at which the pack last came into it."""

    @property
    def decision(self) -> Decision | None:
        """Return the decision in force."""
        return next((d for d in self.decisions if d.superseded_by_id is None), None)

    @property
    def hazards(self) -> list[str]:
        """Return why the pack is dangerous, by inspection or by its supplier's word."""
        found = [finding.text for finding in self.findings if finding.is_hazard]
        if self.pack.status == Status.QUARANTINED and not found and self.inspections:
            found = [str(item["text"]) for item in self.inspections[0].findings]
        if not self.inspections and self.pack.ddr_status != "none":
            found.append(f"Declared {self.pack.ddr_status} by the supplier")
        return found

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Return what decided, without remarks."""
        return [r for r in self.decision.reasons if r["kind"] == "reason"] if self.decision else []

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """Return what was noticed beside the decision: notes, and limits nearly crossed."""
        return [r for r in self.decision.reasons if r["kind"] != "reason"] if self.decision else []


def pack_for(*, viewer: User) -> QuerySet[Pack]:
    """Return the packs that ``viewer`` may open, with what their dossier needs of other rows."""
    packs = Pack.objects.visible_to(viewer)
    return packs.select_related("batch__manifest__stored_file", "supplier", "pack_type")


def dossier_of(*, pack: Pack, viewer: User) -> Dossier:
    """Return the dossier of ``pack``; the number of queries does not depend on how much there is."""
    inspections = list(Inspection.objects.filter(pack=pack).order_by("-id"))
    results, decisions = results_of(pack_id=pack.pk), list(decisions_of(pack_id=pack.pk))
    events = events_of_pack(pack_id=pack.pk)
    newest = list(events.order_by("-id")[:SHOWN_EVENTS])
    story = supplier_timeline(events.order_by("-id")) if viewer.is_supplier else [entry_of(e) for e in newest]
    moves = [e for e in reversed(newest) if e.subject_type == "pack" and "status" in (e.after or {})]
    return Dossier(
        pack=pack,
        claims=_claims(pack),
        raw_claims=list(pack.declared_raw.items()),
        scans=list(Scan.objects.filter(pack=pack).order_by("id")),
        inspections=inspections,
        findings=_findings(inspections),
        photos=photos_of(pack_id=pack.pk),
        results=results,
        decisions=decisions,
        comparisons=_comparisons(pack, results),
        people=sorted({event.actor_label for event in newest if event.person_id}),
        story=story,
        reached={event.after["status"]: event.at for event in moves},
    )


def _claims(pack: Pack) -> list[Claim]:
    own = {
        "make": pack.make,
        "model": pack.model,
        "chemistry": pack.chemistry,
        "nominal_energy_kwh": pack.nominal_energy_kwh,
        "rated_capacity_ah": pack.rated_capacity_ah,
        "nominal_voltage_v": pack.nominal_voltage_v,
        "soh_declared_percent": pack.declared_soh_percent,
        "soh_method": pack.declared_soh_method,
        "ddr_status": pack.ddr_status,
        "received_as": pack.received_as,
    }
    values = own | {name: value for name, value in pack.declared.items() if name in FIELDS}
    return [
        Claim(FIELDS[name].label, FIELDS[name].unit or "", _words(value))
        for name, value in values.items()
        if value not in (None, "")
    ]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _findings(inspections: Sequence[Inspection]) -> list[Finding]:
    if not inspections:
        return []
    answers = inspections[0].answers
    found = [
        Finding(
            question.text,
            answers.get(code, "not checked"),
            answers.get(code) == "yes" and question.safety != "ok",
        )
        for code, question in BY_CODE.items()
    ]
    asked = {item["text"] for item in inspections[0].findings}
    extra = [Finding(text, "", True) for text in sorted(asked) if not any(text in f.text for f in found)]
    return found + extra


def _comparisons(pack: Pack, results: Results) -> list[Comparison]:
    capacity, resistance = results.standing_capacity, results.standing_resistance
    kind = pack.pack_type
    return [
        Comparison(
            "State of health",
            "%",
            pack.declared_soh_percent,
            capacity.soh_percent if capacity else None,
            f"{capacity.get_method_display()}, {capacity.get_basis_display()}" if capacity else "",
        ),
        Comparison(
            "Capacity",
            "Ah",
            pack.rated_capacity_ah,
            capacity.measured_capacity_ah if capacity else None,
            "against rated",
        ),
        Comparison(
            "Energy",
            "kWh",
            pack.nominal_energy_kwh,
            capacity.measured_energy_kwh if capacity else None,
            "against nominal",
        ),
        Comparison(
            "Internal resistance",
            "mΩ",
            kind.baseline_ir_mohm if kind else None,
            resistance.ir_mohm if resistance else None,
            f"{resistance.get_method_display()}, against the type's baseline" if resistance else "",
        ),
    ]
