"""Records that are no records: missing, repeated, or out of time (CYCLERS.md 3.7)."""

from collections.abc import Mapping

import numpy as np

from grading.domain.cyclers.parameters import CURRENT_UNITS_A, TIME_UNITS_S, Parameters
from grading.domain.cyclers.table import Flag, Floats, Ints, Reading
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.words import duration

PARSE_FAILURES_SHARE = 0.001
NAN_SHARE = 0.01


def clean(reading: Reading, parameters: Parameters) -> tuple[Trace | None, list[Flag], int]:
    """Return the records to compute with, what was found, and how many had time, voltage and current.

    None where nothing is left. The answers of a person about units and sign are applied here and only here.
    """
    flags: list[Flag] = []
    if len(reading) == 0:
        return None, [Flag("E_EMPTY", "The file holds no record. Export the test again.")], 0
    flags += _parse_failures(reading)
    whole = np.isfinite(reading.time_s) & np.isfinite(reading.voltage_v) & np.isfinite(reading.current_a)
    count = int(whole.sum())
    if count == 0:
        missing = [
            name
            for name, values in (
                ("time", reading.time_s),
                ("voltage", reading.voltage_v),
                ("current", reading.current_a),
            )
            if not np.isfinite(values).any()
        ]
        what = " and ".join(missing) or "record with time, voltage and current together"
        return None, [*flags, Flag("E_EMPTY", f"The file holds no {what}. Export the test with it.")], 0
    flags += _missing(reading, whole)
    keep = whole if count < len(reading) else None
    repeated = _repeated(reading, keep)
    if len(repeated):
        keep = whole.copy()
        keep[repeated] = False
        flags.append(
            Flag(
                "W_DUP",
                f"{len(repeated)} records repeat the one before (first in row "
                f"{reading.row[repeated[0]]}); they were counted once.",
            )
        )
    trace = _trace(reading, keep, parameters.answers)
    flags += _clock(trace)
    return trace, flags, count


def open_flags(reading: Reading, parameters: Parameters) -> list[Flag]:
    """Return the reader's own findings without the unit of time that a person has stated meanwhile."""
    is_stated = "time_unit" in parameters.answers
    return [flag for flag in reading.flags if not (is_stated and flag.code == "E_TIME_UNIT")]


def answered(parameters: Parameters) -> list[Flag]:
    """I_ANSWER: a person's word was applied."""
    return [
        Flag("I_ANSWER", f"A person answered {question}: {answer}.")
        for question, answer in sorted(parameters.answers.items())
    ]


def _parse_failures(reading: Reading) -> list[Flag]:
    """E_PARSE: more than 0.1 % of the lines are no record."""
    failed = reading.unparsed_count or len(reading.unparsed_rows)
    if not failed:
        return []
    total = max(reading.rows_in_file, len(reading))
    where = f"line {reading.unparsed_rows[0]}" if reading.unparsed_rows else "an unknown line"
    if failed > PARSE_FAILURES_SHARE * total:
        text = f"{failed} of {total} lines are no record, the first in {where}. Export the file again."
        return [Flag("E_PARSE", text)]
    return [
        Flag("W_PARSE", f"{failed} of {total} lines are no record, the first in {where}; they were left out.")
    ]


def _missing(reading: Reading, whole: np.ndarray) -> list[Flag]:
    """W_NAN up to 1 % of the records, else E_NAN; a hole under load is judged as a gap as well."""
    lost = len(reading) - int(whole.sum())
    if not lost:
        return []
    first = int(reading.row[np.argmin(whole)])
    text = f"{lost} of {len(reading)} records lack time, voltage or current (first in row {first})"
    if lost > NAN_SHARE * len(reading):
        return [Flag("E_NAN", f"{text}: more than 1 %. Export the test again with these columns filled.")]
    return [Flag("W_NAN", f"{text}; they were left out.")]


def _repeated(reading: Reading, keep: np.ndarray | None) -> Ints:
    """Return the indices of records that repeat the one before in time, voltage, current and step."""
    index = np.arange(len(reading)) if keep is None else np.flatnonzero(keep)
    same = np.ones(len(index) - 1, dtype=bool)
    columns: list[np.ndarray | None] = [reading.time_s, reading.voltage_v, reading.current_a, reading.step]
    for values in columns:
        if values is not None:
            kept = values if keep is None else values[index]
            same &= kept[1:] == kept[:-1]
    return index[1:][same]


def _trace(reading: Reading, keep: np.ndarray | None, answers: Mapping[str, str]) -> Trace:
    time_factor = TIME_UNITS_S[answers.get("time_unit", "s")]
    current_factor = CURRENT_UNITS_A[answers.get("current_unit", "A")]
    if answers.get("sign") == "inverted":
        current_factor = -current_factor

    def kept(values):
        return values if values is None or keep is None else values[keep]

    def scaled(values: Floats, factor: float) -> Floats:
        return values if factor == 1.0 else values * factor

    step_time = kept(reading.step_time_s)
    return Trace(
        row=kept(reading.row),
        time_s=scaled(kept(reading.time_s), time_factor),
        voltage_v=kept(reading.voltage_v),
        current_a=scaled(kept(reading.current_a), current_factor),
        state=kept(reading.state),
        step=kept(reading.step),
        step_time_s=None if step_time is None else scaled(step_time, time_factor),
        charge_ah=kept(reading.charge_ah),
        discharge_ah=kept(reading.discharge_ah),
        net_ah=kept(reading.net_ah),
        charge_wh=kept(reading.charge_wh),
        discharge_wh=kept(reading.discharge_wh),
        temperature_degc={name: kept(values) for name, values in reading.temperature_degc.items()},
    )


def _clock(trace: Trace) -> list[Flag]:
    """Tell of equal times; at a decrease, begin a new stretch that follows the old one without delay."""
    flags = []
    step_s = np.diff(trace.time_s)
    standing = int((step_s == 0).sum())
    if standing:
        flags.append(
            Flag("I_DUP_TIME", f"{standing} records bear the time of the one before; they add nothing.")
        )
    back = np.flatnonzero(step_s < 0)
    if len(back):
        trace.restarts = back + 1
        shift = np.zeros(len(trace))
        shift[back + 1] = -step_s[back]
        trace.time_s = trace.time_s + np.cumsum(shift)
    return flags


def restart_flags(trace: Trace) -> list[Flag]:
    """E_TIME_RESTART: the clock falls back under load; W_TIME_RESTART: it does so in a rest.

    To be asked once the records are cut into runs.
    """
    if not len(trace.restarts):
        return []
    loaded = (trace.sign[trace.restarts] != 0) & (trace.sign[trace.restarts - 1] != 0)
    first = trace.restarts[np.argmax(loaded)]
    where = f"row {trace.row[first]}, after {duration(trace.time_s[first])}"
    if loaded.any():
        text = f"The clock falls back under load ({where}): records are out of order or tests were joined."
        return [Flag("E_TIME_RESTART", f"{text} Export each test on its own.")]
    text = (
        f"The clock begins anew {len(trace.restarts)} times (first in "
        f"{where}); nothing is computed across it."
    )
    return [Flag("W_TIME_RESTART", text)]
