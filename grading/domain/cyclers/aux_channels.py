"""Neware's auxiliary channels, whose labels cannot be trusted: which of them are temperatures."""

import numpy as np
import polars as pl

from grading.domain.cyclers.table import ColumnSource, Flag, Floats

_ROOM_DEGC = (15.0, 60.0)
"""What a cell on a bench may have: a channel that stays within it and is labelled otherwise is suspect."""
_OTHER_QUANTITIES = ("pressure", "humidity", "weight", "thickness", "force", "flow", "current", "setpoint")


def temperatures_of(
    frame: pl.DataFrame,
) -> tuple[dict[str, Floats], tuple[ColumnSource, ...], list[Flag]]:
    """Return the temperatures among the auxiliary columns, where each comes from, and doubts.

    A channel labelled as temperature is taken as labelled. One labelled as voltage or as nothing is taken
    only when all its values lie between 15 and 60, no labelled channel lives, and the test's own voltage
    lies elsewhere; the flag asks a person to look. Seen on a BTS 8.5 file: 24.8 "V" beside 0 "degC".
    """
    labelled: dict[str, Floats] = {}
    doubtful: dict[str, Floats] = {}
    for header in (name for name in frame.columns if name.startswith("aux") or name == "temperature_degC"):
        if any(word in header for word in _OTHER_QUANTITIES) or not frame[header].dtype.is_numeric():
            continue
        values = frame[header].cast(pl.Float64).to_numpy(writable=True)
        if "temperature" in header:
            labelled[header] = values
        elif _looks_like_a_room(values):
            doubtful[header] = values
    flags = []
    is_alive = any(_is_alive(values) for values in labelled.values())
    volts = frame["voltage_V"]
    low, high = float(volts.min() or 0), float(volts.max() or 0)  # type: ignore[arg-type]
    for header, values in doubtful.items():
        least, most = float(np.nanmin(values)), float(np.nanmax(values))
        if is_alive or (most >= low * 0.8 and least <= high * 1.2):
            flags.append(_not_taken(header, least, most))
        else:
            labelled[header] = values
            flags.append(_taken(header, least, most))
    sources = tuple(
        ColumnSource(name=f"temperature_degc:{header}", header=header, unit="degC", factor=1.0)
        for header in labelled
    )
    return labelled, sources, flags


def _is_alive(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and np.any(known != 0))


def _looks_like_a_room(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and known.min() >= _ROOM_DEGC[0] and known.max() <= _ROOM_DEGC[1])


def _taken(header: str, least: float, most: float) -> Flag:
    return Flag(
        "W_AUX",
        f"The channel {header} holds {least:.1f} to {most:.1f}, which looks like °C and is used as a"
        " temperature, against its label. Check which sensor it is.",
    )


def _not_taken(header: str, least: float, most: float) -> Flag:
    return Flag(
        "W_AUX",
        f"The channel {header} holds {least:.1f} to {most:.1f}, which may be °C or as labelled. It is not"
        " used: check the tester's channel settings if a temperature is missing.",
    )
