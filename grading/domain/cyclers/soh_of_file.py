"""What the chains of a file say of capacity and SOH, against a declared reference (CYCLERS.md 3.4)."""

import numpy as np

from grading.domain.cyclers import chains
from grading.domain.cyclers.chains import Limits, Span
from grading.domain.cyclers.charge import Sums
from grading.domain.cyclers.derived import Chain, Pulse
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Flag
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.words import amount

KNEE_SHARE = 0.02
KNEE_STEEPNESS = 3.0
HIGHEST_SOH_PERCENT = 105.0
LOWEST_SOH_PERCENT = 20.0
REJECTING = frozenset({"4_no_gap", "5_counter"})
CODES = {
    "1_start_full": "W_START_NOT_FULL",
    "2_constant_current": "W_PROCEDURE",
    "3_ended_by_voltage": "W_PROCEDURE",
    "6_plausible": "W_RANGE",
    "7_temperature": "W_TEMP",
    "7_c_rate": "W_PROCEDURE",
    "8_rated_window": "W_PROCEDURE",
}


def choose(found: tuple[Chain, ...], parameters: Parameters) -> tuple[int | None, list[Flag]]:
    """Return the position of the capacity's chain: the last of two that agree, else the last valid.

    Accepted chains go first; where none is accepted, those that no rule rejects.
    """
    sound = [
        place for place, chain in enumerate(found) if not REJECTING & {rule.code for rule in chain.failed}
    ]
    accepted = [place for place in sound if not found[place].failed]
    usable = accepted or sound
    if not usable:
        if not found:
            return None, []
        text = " ".join(rule.finding for rule in found[-1].failed)
        return None, [Flag("E_INCOMPLETE", f"No discharge from full to empty is valid. {text}")]
    agreed = chains.agreeing([found[place].ah for place in usable], parameters.repeatability_percent)
    if agreed is not None:
        return usable[agreed], []
    if len(usable) == 1:
        return usable[0], []
    text = (
        f"No two of {len(usable)} discharges agree within "
        f"{parameters.repeatability_percent:g} %; the last one stands."
    )
    return usable[-1], [Flag("W_REPEATABILITY", text)]


def soh_percent(capacity_ah: float, parameters: Parameters) -> tuple[float | None, list[Flag]]:
    """Return 100 Q / Cn; E_RANGE above 105 % or below 20 %, W_NO_REFERENCE without a declared Cn."""
    rated = parameters.rated_capacity_ah
    if not rated:
        return None, []
    percent = 100 * capacity_ah / rated
    if LOWEST_SOH_PERCENT <= percent <= HIGHEST_SOH_PERCENT:
        return percent, []
    text = (
        f"{capacity_ah:.5g} Ah is {percent:.4g} % of the rated {rated:g} "
        "Ah: check the rated capacity and the units."
    )
    return None, [Flag("E_RANGE", text)]


def reference_flags(parameters: Parameters) -> list[Flag]:
    """W_NO_REFERENCE: nothing outside the file confirms its units."""
    if parameters.rated_capacity_ah:
        return []
    text = (
        "No rated capacity was given: no SOH, and nothing outside the file "
        "confirms its units of current and time."
    )
    return [Flag("W_NO_REFERENCE", text)]


def rule_flags(chain: Chain) -> list[Flag]:
    """Return one finding per code for the acceptance rules that the capacity's chain does not meet."""
    told: dict[str, list[str]] = {}
    for rule in chain.failed:
        if rule.code in CODES:
            told.setdefault(CODES[rule.code], []).append(rule.finding)
    endings = {
        "W_START_NOT_FULL": " The capacity is a lower bound.",
        "W_PROCEDURE": " Not comparable.",
        "W_TEMP": " Stored, but not for grading; a capacity is never corrected for temperature.",
    }
    return [Flag(code, " ".join(findings) + endings.get(code, "")) for code, findings in told.items()]


def incomplete(
    trace: Trace, sums: Sums, spans: list[Span], limits: Limits, pulses: tuple[Pulse, ...]
) -> tuple[list[Flag], bool]:
    """Tell of a test that is no capacity test; the second value says that its only chain must not count.

    E_INCOMPLETE where nothing else can be concluded, W_INCOMPLETE where pulses can. Without declared
    cut-offs a
    discharge that the file breaks off has the file's lowest voltage by itself: that is not empty.
    """
    code = "W_INCOMPLETE" if pulses else "E_INCOMPLETE"
    runs = trace.runs
    loaded_end = bool(trace.sign[-1])
    flags = []
    if spans:
        cut = not limits.declared and loaded_end and spans[-1].last == len(trace) - 1
        if cut and len(spans) == 1 and not _knee(trace, sums, spans[0]):
            text = (
                f"The file ends under load at {amount(float(trace.voltage_v[-1]), 'V')} "
                "and the cut-off is unknown: "
                f"{-float(sums.ah[-1] - sums.ah[spans[0].first]):.5g} Ah "
                "is a lower bound. State the cut-offs."
            )
            return [Flag(code, text)], True
        if loaded_end and (cut or spans[-1].last != len(trace) - 1):
            flags.append(_truncated(trace))
        return flags, False
    if not (runs.sign == -1).any():
        if (runs.sign == 1).any():
            flags.append(Flag(code, "The file holds a charge only: no capacity."))
            if loaded_end:
                flags.append(_truncated(trace))
        return flags, False
    runs_ah = sums.of_runs(trace)
    largest = int(np.argmin(runs_ah))
    end_v = float(trace.voltage_v[runs.last[largest]])
    reached = end_v <= limits.min_v + limits.tolerance_v
    source = "cut-off" if limits.declared else "the file's lowest voltage"
    why = (
        f"no charge to {limits.max_v:.4g} V came before the discharge"
        if reached
        else f"the discharge ended at {end_v:.4g} V, {source} {limits.min_v:.4g} V"
    )
    text = f"No full discharge: {why}; {-runs_ah[largest]:.5g} Ah is a lower bound."
    flags.append(Flag(code, text))
    if loaded_end:
        flags.append(_truncated(trace))
    return flags, False


def _knee(trace: Trace, sums: Sums, span: Span) -> bool:
    """Whether the voltage falls at the end at least three times as steeply as on average.

    An empty cell's knee.
    """
    net = float(sums.ah[span.first] - sums.ah[span.last])
    runs = trace.runs
    first = int(runs.first[span.empty_run])
    begin = first + int(np.argmax(sums.ah[first : span.last + 1] <= sums.ah[span.last] + KNEE_SHARE * net))
    moved = float(sums.ah[begin] - sums.ah[span.last])
    if moved <= 0 or begin >= span.last:
        return False
    end_slope = float(trace.voltage_v[begin] - trace.voltage_v[span.last]) / moved
    mean_slope = float(trace.voltage_v[span.first] - trace.voltage_v[span.last]) / net
    return end_slope >= KNEE_STEEPNESS * mean_slope


def _truncated(trace: Trace) -> Flag:
    """W_TRUNCATED: the last record is under load."""
    text = (
        f"The file ends under load at {float(trace.voltage_v[-1]):.4g} V "
        f"(row {trace.row[-1]}): it may be cut off."
    )
    return Flag("W_TRUNCATED", text)


def limit_flags(limits: Limits, spans: list[Span]) -> list[Flag]:
    """W_LIMITS: full and empty are the file's own extremes."""
    if limits.declared or not spans:
        return []
    text = (
        f"The cut-offs were not given: full and empty are this file's extremes, {limits.max_v:.4g} and "
        f"{limits.min_v:.4g} V, and nothing confirms its voltages. Rules 3 and 8 could not be judged."
    )
    return [Flag("W_LIMITS", text)]
