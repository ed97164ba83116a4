"""The canonical table of one test as a parquet file, for charts and for whoever recomputes."""

from pathlib import Path

import numpy as np
import polars as pl

from grading.domain.cyclers.table import Floats, Reading

COLUMNS = ("time_s", "voltage_v", "current_a", "temperature_degc", "cycle", "step", "row", "net_ah")
_ROWS_A_GROUP = 250_000


def write_table(reading: Reading, path: Path, *, sensor: str | None = None) -> None:
    """Write time_s, voltage_v, current_a, temperature_degc, cycle, step, row and net_ah; unknown is null.

    net_ah is the charge since the first record, integrated; time that jumps back adds nothing.
    Current is + charge unless ``reading.signed`` is False. Rows keep the file's order and numbers.

    :param sensor: the temperature to take; otherwise the first that is not constantly zero.
    """
    absent = pl.lit(None, dtype=pl.Int64)
    frame = pl.DataFrame({
        "time_s": reading.time_s,
        "voltage_v": reading.voltage_v,
        "current_a": reading.current_a,
        "row": reading.row,
        "net_ah": _net_ah(reading),
    })  # fmt: skip
    temperature = _temperature(reading, sensor)
    more = [
        absent.cast(pl.Float64).alias("temperature_degc")
        if temperature is None
        else pl.Series("temperature_degc", temperature).fill_nan(None)
    ]
    for name, values in (("cycle", reading.cycle), ("step", reading.step)):
        more.append(absent.alias(name) if values is None else pl.Series(name, values))
    frame.with_columns(more).select(COLUMNS).write_parquet(
        path, compression="zstd", compression_level=3, row_group_size=_ROWS_A_GROUP
    )


def _net_ah(reading: Reading) -> Floats:
    current = np.nan_to_num(reading.current_a)
    step_s = np.nan_to_num(np.diff(reading.time_s))
    charge = (current[1:] + current[:-1]) / 2 * np.maximum(step_s, 0.0)
    return np.concatenate((np.zeros(min(1, len(current))), np.cumsum(charge) / 3600.0))


def _temperature(reading: Reading, sensor: str | None) -> Floats | None:
    sensors = reading.temperature_degc
    if sensor is not None and sensor in sensors:
        return sensors[sensor]
    for values in sensors.values():
        known = values[np.isfinite(values)]
        if known.size and np.any(known != 0):
            return values
    return None
