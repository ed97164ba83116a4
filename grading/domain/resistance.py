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
    """None where there is no baseline of the same kind: values of two kinds give no ratio."""
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

    There is a ratio only of two values of the same method and pulse length. It counts only when both
    were taken inside the policy's windows of temperature and state of charge.
    """
    if baseline is None:
        return Comparison(None, False, "there is no baseline to compare with", "")
    other = why_another_kind(
        method=measured.method, pulse_duration_s=measured.pulse_duration_s, baseline=baseline
    )
    ratio = None if other else ir_ratio(measured_mohm=measured.ir_mohm, baseline_mohm=baseline.ir_mohm)
    faults = [other] if other else []
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


def why_another_kind(*, method: str, pulse_duration_s: Decimal | None, baseline: Baseline) -> str:
    """Say why a value of ``method`` is not of the same kind as ``baseline``; empty when it is."""
    if method != baseline.method:
        return f"method {method} differs from the baseline's {baseline.method or 'unrecorded method'}"
    if method != "dc_pulse":
        return ""
    if pulse_duration_s is None or baseline.pulse_duration_s is None:
        return "a pulse length is not recorded"
    if pulse_duration_s == baseline.pulse_duration_s:
        return ""
    return f"pulse of {pulse_duration_s} s differs from the baseline's {baseline.pulse_duration_s} s"
