"""Internal resistance against its baseline, and when the two may be compared."""

from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from grading.domain.policy import Policy
from grading.domain.soh import departures

RATIO_QUANTUM = Decimal("0.0001")
"""The ratio is kept to 0.0001, rounded up: rounding never brings a pack under a limit."""

BASELINE_SOURCES = ("pack_datasheet", "type_catalogue")
"""Where a baseline may come from, best first: the maker's begin-of-life value of this very pack,
else the catalog value of its type."""


@dataclass(frozen=True, kw_only=True)
class Resistance:
    """A resistance with the conditions that give it meaning; ``None`` where one was not recorded."""

    ir_mohm: Decimal
    method: str
    """dc_pulse or ac_1khz; values of different methods do not compare."""
    temperature_degc: Decimal | None
    soc_percent: Decimal | None
    pulse_duration_s: Decimal | None
    """Length of the pulse; has no meaning for AC methods."""


@dataclass(frozen=True, kw_only=True)
class Baseline(Resistance):
    """The resistance of the same pack or type when new."""

    source: str


@dataclass(frozen=True)
class Comparison:
    """A measured resistance over its baseline, and whether the ratio may count."""

    ir_ratio: Decimal | None
    is_comparable: bool
    why: str
    """Why not, in words; empty when comparable."""
    baseline_source: str


def ir_ratio(*, measured_mohm: Decimal, baseline_mohm: Decimal) -> Decimal:
    """Return measured over baseline resistance, rounded up to 0.0001.

    1.5 means an increase of 50 % by DIN DKE SPEC 99100:2025-02, 6.7.5.3.
    """
    return (measured_mohm / baseline_mohm).quantize(RATIO_QUANTUM, rounding=ROUND_UP)


def compare(policy: Policy, measured: Resistance, baseline: Baseline | None) -> Comparison:
    """Set ``measured`` against ``baseline`` under the test conditions of ``policy``.

    The ratio counts only when both values were taken by the same method, inside the policy's
    windows of temperature and state of charge, and with pulses of the same length.
    """
    if baseline is None:
        return Comparison(None, False, "there is no baseline to compare with", "")
    ratio = ir_ratio(measured_mohm=measured.ir_mohm, baseline_mohm=baseline.ir_mohm)
    faults = _differences(measured, baseline)
    for whose, value in (("", measured), ("baseline ", baseline)):
        faults += departures(
            [
                (
                    f"{whose}temperature in °C",
                    value.temperature_degc,
                    policy.window("resistance", "temperature_degc"),
                ),
                (
                    f"{whose}state of charge in %",
                    value.soc_percent,
                    policy.window("resistance", "soc_percent"),
                ),
            ]
        )
    return Comparison(ratio, not faults, "; ".join(faults), baseline.source)


def _differences(measured: Resistance, baseline: Baseline) -> list[str]:
    if measured.method != baseline.method:
        return [
            f"method {measured.method} differs from the baseline's {baseline.method or 'unrecorded method'}"
        ]
    if measured.method != "dc_pulse":
        return []
    pulses = measured.pulse_duration_s, baseline.pulse_duration_s
    if None in pulses:
        return ["a pulse length is not recorded"]
    return (
        []
        if pulses[0] == pulses[1]
        else [f"pulse of {pulses[0]} s differs from the baseline's {pulses[1]} s"]
    )
