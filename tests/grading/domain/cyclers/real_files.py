"""Real testers' files that lie beside the checkout, with what they must give."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grading.domain.cyclers.table import Reading


def _folder() -> Path:
    beside = Path(os.environ.get("REBATTERY_SHARED", Path(__file__).resolve().parents[5] / "shared"))
    return beside / "data" / "cyclers"


@cache
def _expected() -> dict[str, dict[str, Any]]:
    return {each["file"]: each for each in json.loads((_folder() / "expected.json").read_text())}


def real_file(name: str) -> Path:
    """Return a real file, or skip the test where it does not lie beside the checkout."""
    path = _folder() / name
    if not path.exists():
        pytest.skip(f"needs the tester file {name} (set REBATTERY_SHARED)")
    return path


def expected_of(name: str) -> dict[str, Any]:
    """Return what the file must give, or skip the test where nothing says it."""
    real_file("expected.json")
    return _expected()[name]["expected"]


def charges_ah(reading: Reading) -> tuple[float, float]:
    """Integrate the current by trapezoids, but by its new value where a step begins; both never negative."""
    passed_h = np.diff(reading.time_s) / 3600
    begins = np.zeros(len(passed_h), bool) if reading.step is None else np.diff(reading.step) != 0
    found = []
    for sign in (1, -1):
        current = np.clip(sign * reading.current_a, 0, None)
        mean = np.where(begins, current[1:], (current[1:] + current[:-1]) / 2)
        found.append(float(np.nansum(mean * passed_h)))
    return found[0], found[1]
