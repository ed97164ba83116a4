"""The triage and inspection checklist, and what its answers mean for safety."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Safety = Literal["ok", "damaged", "critical"]
Answer = Literal["yes", "no"]


@dataclass(frozen=True)
class Question:
    """One thing to look at; ``yes`` means that the finding is there."""

    code: str
    text: str
    safety: Safety
    """What a "yes" makes of the pack."""
    group: str


# Critical findings isolate a pack before anything else happens; damaged ones send it down the path
# for damaged, defective or recalled batteries. Source: DOMAIN facts on ADR special provision 376 and
# the signs that shippers of damaged lithium batteries are told to look for.
QUESTIONS: tuple[Question, ...] = (
    Question("venting", "Gas, hissing or a sweet solvent smell?", "critical", "Triage"),
    Question("smoke", "Smoke or sparks?", "critical", "Triage"),
    Question("heating", "Warm to the touch, or getting warmer?", "critical", "Triage"),
    Question("active_leak", "Fluid leaking now?", "critical", "Triage"),
    Question("swelling", "Case or cells swollen?", "damaged", "Triage"),
    Question("deformation", "Case dented, cracked or crushed?", "damaged", "Triage"),
    Question("burn", "Burn marks or melted plastic?", "damaged", "Triage"),
    Question("water", "Water inside, flood line or corrosion from water?", "damaged", "Triage"),
    Question("crash", "From a crashed vehicle, or dropped?", "damaged", "Triage"),
    Question("recalled", "Open recall for this pack?", "damaged", "Triage"),
    Question("dried_leak", "Dried electrolyte or residue?", "damaged", "Inspection"),
    Question("connector_damage", "High-voltage connector or service plug damaged?", "damaged", "Inspection"),
    Question("seal_broken", "Seal broken or cover opened before?", "ok", "Inspection"),
    Question("label_unreadable", "Serial or rating label missing or unreadable?", "ok", "Inspection"),
)
BY_CODE: dict[str, Question] = {question.code: question for question in QUESTIONS}
HAZARDS = tuple(question for question in QUESTIONS if question.safety != "ok")
PHOTO_SLOTS: dict[str, str] = {
    "label": "Rating label",
    "front": "Front and connectors",
    "damage": "Damage, if any",
}
REQUIRED_PHOTO_SLOTS = ("label",)

ISOLATION_LIMIT_OHM_PER_V = Decimal(100)
"""DC circuits need at least 100 Ω/V (UN R100, 5.1.3)."""
ISOLATION_LOW = "isolation_low"
"""Code of the finding that comes from measuring, not from a question."""


_DECLARED_STATUS = {
    "damaged": "Declared damaged",
    "defective": "Declared defective",
    "recalled": "Declared recalled",
    "critical": "Declared critical",
}
_DECLARED_FLAGS = {
    "accident_flag": "From an accident",
    "airbag_deployed": "Airbag deployed",
    "flood": "Flooded",
    "fire_exposure": "Exposed to fire",
}


def declared_hazards(*, ddr_status: str, declared: Mapping[str, Any]) -> list[str]:
    """Return what the supplier itself declared that calls for triage the moment the pack arrives."""
    status = [_DECLARED_STATUS[ddr_status]] if ddr_status in _DECLARED_STATUS else []
    return status + [text for flag, text in _DECLARED_FLAGS.items() if declared.get(flag) is True]


@dataclass(frozen=True)
class Finding:
    """A hazard that an inspection found."""

    code: str
    text: str
    safety: Safety


def findings_of(
    answers: Mapping[str, Answer],
    *,
    isolation_kohm: Decimal | None = None,
    pack_voltage_v: Decimal | None = None,
) -> list[Finding]:
    """Return every hazard that the answers and the isolation value show, worst first.

    :param isolation_kohm: measured isolation resistance in kΩ.
    :param pack_voltage_v: voltage in V that the limit of 100 Ω/V refers to.
    """
    found = [
        Finding(question.code, question.text.rstrip("?"), question.safety)
        for question in QUESTIONS
        if answers.get(question.code) == "yes" and question.safety != "ok"
    ]
    if isolation_kohm is not None and pack_voltage_v:
        ohm_per_v = isolation_kohm * 1000 / pack_voltage_v
        if ohm_per_v < ISOLATION_LIMIT_OHM_PER_V:
            text = f"Isolation {ohm_per_v:.0f} Ω/V is below {ISOLATION_LIMIT_OHM_PER_V} Ω/V"
            found.append(Finding(ISOLATION_LOW, text, "damaged"))
    return sorted(found, key=lambda finding: finding.safety != "critical")


def finding_label(code: str) -> str:
    """Return the words for a kind of finding; a code that is new here stays itself."""
    if code == ISOLATION_LOW:
        return f"Isolation below {ISOLATION_LIMIT_OHM_PER_V} Ω/V"
    return BY_CODE[code].text.rstrip("?") if code in BY_CODE else code


def safety_of(findings: list[Finding]) -> Safety:
    """Return the worst of ``findings``: critical, damaged, or ok when there is none."""
    kinds = {finding.safety for finding in findings}
    return "critical" if "critical" in kinds else "damaged" if "damaged" in kinds else "ok"


def unanswered(answers: Mapping[str, Answer]) -> list[Question]:
    """Return the questions that nobody answered; an untouched one is not a pass."""
    return [question for question in QUESTIONS if answers.get(question.code) not in ("yes", "no")]
