"""How long a test takes: from its procedure, the pack's rated Ah and what the channel can carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

HANDLING_MINUTES = 15
"""Connecting and disconnecting a pack."""
TAPER_MINUTES = 30
"""Constant-voltage end of a charge."""
PAUSE_SECONDS = 40
"""After each pulse."""
USUAL_C_RATE = Decimal("0.3333")
"""Where the procedure leaves the rate to the test, and for setting the state of charge."""
WIDE_SOC_POINTS = 50
"""A window at least this wide holds nearly every pack as found: its charge is not set first."""


@dataclass(frozen=True)
class Step:
    """One part of a test."""

    words: str
    minutes: int

    def to_json(self) -> dict[str, Any]:
        """Return the step as it is stored."""
        return {"words": self.words, "minutes": self.minutes}


def steps_of(
    document: Mapping[str, Any], *, rated_ah: Decimal | None = None, current_range_a: Decimal | None = None
) -> list[Step]:
    """Return the parts of a test by the procedure ``document``, with how long each takes.

    :param rated_ah: of the pack; without it the channel is taken to carry the procedure's rate.
    :param current_range_a: the most the channel can carry; a slower charge and discharge take longer.
    """
    handling = Step("connect and disconnect", HANDLING_MINUTES)
    make = _capacity if document["kind"] == "capacity" else _resistance
    return [handling, *make(document, rated_ah, current_range_a)]


def minutes_of(steps: Sequence[Step]) -> int:
    """Return how long a test takes as a whole."""
    return sum(step.minutes for step in steps)


def _capacity(document: Mapping[str, Any], rated_ah: Decimal | None, range_a: Decimal | None) -> list[Step]:
    part = document["capacity"]
    rate, words = _rate(document["c_rate"], rated_ah, range_a)
    full = _minutes_at(rate)
    rest, between = _minutes(document["rest_before_s"]), _minutes(part["rest_between_s"])
    cycle = [
        Step(f"charge {words}", full),
        Step("end of charge at constant voltage", TAPER_MINUTES),
        Step("rest", rest),
        Step(f"discharge {words}", full),
    ]
    steps: list[Step] = []
    for number in range(part["cycles"]):
        steps += [*([Step("rest between cycles", between)] if number else []), *cycle]
    return [step for step in steps if step.minutes]


def _resistance(document: Mapping[str, Any], rated_ah: Decimal | None, range_a: Decimal | None) -> list[Step]:
    part = document.get("resistance", {})
    low, high = (Decimal(end) for end in part.get("soc_percent") or ("0", "100"))
    steps = []
    if high - low < WIDE_SOC_POINTS:
        rate, words = _rate(None, rated_ah, range_a)
        steps.append(
            Step(
                f"set the charge to {(low + high) / 2:.0f} %, half of it moved {words}",
                _minutes_at(rate) // 2,
            )
        )
    steps.append(Step("rest", _minutes(document["rest_before_s"])))
    lengths = [Decimal(length) for length in part.get("pulse_lengths_s") or ()]
    if lengths:
        count = len(part["directions"])
        seconds = count * (max(lengths) + PAUSE_SECONDS)
        steps.append(Step(f"{count} pulse{'s' * (count > 1)} with pauses", _minutes(seconds)))
    return [step for step in steps if step.minutes]


def _rate(c_rate: str | None, rated_ah: Decimal | None, range_a: Decimal | None) -> tuple[Decimal, str]:
    """Return the rate at which charge moves, and how to say it."""
    rate = USUAL_C_RATE if c_rate is None else Decimal(c_rate)
    if rated_ah and range_a and rate * rated_ah > range_a:
        return range_a / rated_ah, f"at {range_a.normalize():f} A, all that the channel carries"
    return rate, f"at {rate.normalize():f} C"


def _minutes_at(rate: Decimal) -> int:
    return round(60 / rate)


def _minutes(seconds: Any) -> int:
    return -(-int(Decimal(seconds or 0)) // 60)
