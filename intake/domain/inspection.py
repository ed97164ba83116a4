"""What an inspector says about one pack, and what is still missing before it can pass."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from intake.domain.hazards import REQUIRED_PHOTO_SLOTS, Answer, Finding, findings_of, unanswered

IDENTITY = "identity"
"""Key of the answer to "does the serial on the label match?"."""
ISOLATION_RANGE_KOHM = (Decimal(0), Decimal(10_000_000))
VOLTAGE_RANGE_V = (Decimal(1), Decimal(1500))
"""1,500 V DC is the end of low voltage (IEC 60364); a limit in Ω/V needs a voltage above zero."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One person's answers about one pack; None and absent keys are untouched."""

    pack_id: int
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """Question code to answer; ``IDENTITY`` among them."""
    isolation_kohm: Decimal | None = None
    pack_voltage_v: Decimal | None = None
    note: str = ""
    seen_draft_at: datetime | None = None
    """When the draft that this person had before them was saved; None when there was no draft."""

    @property
    def findings(self) -> list[Finding]:
        """Hazards in what was said so far, worst first."""
        return findings_of(
            self.answers, isolation_kohm=self.isolation_kohm, pack_voltage_v=self.pack_voltage_v
        )

    @property
    def identity_confirmed(self) -> bool:
        """Whether somebody said that the serial on the label matches."""
        return self.answers.get(IDENTITY) == "yes"

    def covers(self, other: "Observation") -> bool:
        """Return whether all that ``other`` says is said here too, and alike."""
        return _said(other).items() <= _said(self).items()

    def with_earlier(self, earlier: "Observation") -> "Observation":
        """Return both together: this one's answers win, but a hazard seen earlier stays seen."""
        seen = {
            code: answer for code, answer in earlier.answers.items() if answer == "yes" and code != IDENTITY
        }
        notes = dict.fromkeys(note for note in (earlier.note, self.note) if note)
        return replace(
            self,
            answers={**earlier.answers, **self.answers, **seen},
            isolation_kohm=self.isolation_kohm if self.isolation_kohm is not None else earlier.isolation_kohm,
            pack_voltage_v=self.pack_voltage_v if self.pack_voltage_v is not None else earlier.pack_voltage_v,
            note="\n".join(notes),
        )


def out_of_range(observation: Observation) -> dict[str, str]:
    """Return a message per measured value that cannot be true, by field name."""
    checks = (
        ("isolation_kohm", observation.isolation_kohm, ISOLATION_RANGE_KOHM, "kΩ"),
        ("pack_voltage_v", observation.pack_voltage_v, VOLTAGE_RANGE_V, "V"),
    )
    return {
        name: f"Between {low:,} and {high:,} {unit}."
        for name, value, (low, high), unit in checks
        if value is not None and not low <= value <= high
    }


def missing_to_pass(observation: Observation, *, photo_slots: frozenset[str]) -> dict[str, str]:
    """Return what keeps a pack without findings from passing: field name to what to do.

    An untouched question or a blank measurement is never a pass.
    """
    missing = {question.code: "Not answered." for question in unanswered(observation.answers)}
    if observation.answers.get(IDENTITY) not in ("yes", "no"):
        missing[IDENTITY] = "Not answered."
    if observation.isolation_kohm is None:
        missing["isolation_kohm"] = "Not measured."
    if observation.pack_voltage_v is None:
        missing["pack_voltage_v"] = "Not measured."
    for slot in REQUIRED_PHOTO_SLOTS:
        if slot not in photo_slots:
            missing[f"photo_{slot}"] = "No photo yet."
    return missing


def differences(mine: Observation, theirs: Observation) -> dict[str, str]:
    """Return what ``theirs`` says where both have answered and differ: field name to their value."""
    own, other = _said(mine), _said(theirs)
    return {name: str(value) for name, value in other.items() if own.get(name, value) != value}


def _said(observation: Observation) -> dict[str, object]:
    return {**observation.answers, **_values(observation)}


def _values(observation: Observation) -> dict[str, object]:
    values = {
        "isolation_kohm": observation.isolation_kohm,
        "pack_voltage_v": observation.pack_voltage_v,
        "note": observation.note or None,
    }
    return {name: value for name, value in values.items() if value is not None}
