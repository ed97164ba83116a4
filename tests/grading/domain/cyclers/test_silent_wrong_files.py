"""No file whose bytes are spoilt states a wrong number in silence, whichever reader meets it."""

import os

import numpy as np
import pytest

from grading.domain.cyclers import readers
from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Unreadable
from tests.grading.domain.cyclers import mutants
from tests.grading.domain.cyclers.file_mutants import LIKE, OF_ANY, OF_TEXT, FileMutation
from tests.grading.domain.cyclers.real_files import expected_of, real_file
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, RATED_AH, full_test
from tests.grading.domain.cyclers.test_real_numbers import RECORDS, STEPS

SEEDS = int(os.environ.get("MUTANT_SEEDS", "2"))
LARGE = ("parquet/", "pulsebat_raw/")
TEXT = tuple(name for name in RECORDS if name.endswith((".csv", ".txt", ".mpt", ".034")))
BINARY = tuple(name for name in (*RECORDS, *STEPS) if name not in TEXT)
HEADINGS = (
    "Test Time / s", "Voltage / V", "Current / A", "Cumulative Charging Capacity / Ah",
    "Cumulative Discharging Capacity / Ah", "Step Index / 1", "Surface Temperature / degC",
)  # fmt: skip
DAMAGE = ("PanicException", "IsalError")
"""What the process that reads a file turns into a refusal; the second only where two readers share one."""


def text_of_a_test() -> bytes:
    reading = full_test()
    columns = (
        reading.time_s, reading.voltage_v, reading.current_a, reading.charge_ah, reading.discharge_ah,
        reading.step, reading.temperature_degc["T1"],
    )  # fmt: skip
    lines = (",".join(f"{value:.9g}" for value in line) for line in zip(*columns, strict=True))
    return "\n".join((",".join(HEADINGS), *lines, "")).encode()


def silent(content: bytes, path, cases: list[Parameters], mutation: FileMutation, seeds: int) -> list[object]:
    """Return what spoilt forms of a file state wrongly and unasked."""
    whole = max(readers.read(path), key=len)
    truths = [derive(whole, parameters) for parameters in cases]
    like = LIKE.get(mutation, mutants.gap)
    found: list[object] = []
    for seed in range(seeds):
        spoilt = mutation(content, np.random.default_rng(seed))
        if spoilt == content:
            continue
        path.write_bytes(spoilt)
        try:
            tests = readers.read(path)
        except Unreadable:
            continue
        except BaseException as fault:
            if type(fault).__name__ not in DAMAGE:
                raise
            continue
        for parameters, truth in zip(cases, truths, strict=True):
            for test in tests:
                found += [
                    (seed, parameters, lie) for lie in mutants.lies(truth, derive(test, parameters), like)
                ]
    path.write_bytes(content)
    return found


def named(mutation: FileMutation) -> str:
    return mutation.__name__


class TestSilentWrong:
    @pytest.mark.parametrize("mutation", OF_TEXT, ids=named)
    def test_is_nowhere_in_a_made_up_file(self, tmp_path, mutation):
        content = text_of_a_test()
        path = tmp_path / "made.csv"
        path.write_bytes(content)
        known = Parameters(rated_capacity_ah=RATED_AH, voltage_min_v=MIN_V, voltage_max_v=MAX_V)

        assert silent(content, path, [known, Parameters()], mutation, 5 * SEEDS) == []

    @pytest.mark.parametrize("mutation", OF_TEXT, ids=named)
    @pytest.mark.parametrize("name", TEXT)
    def test_is_nowhere_in_a_text_of_a_tester(self, tmp_path, name, mutation):
        self._of(tmp_path, name, mutation, SEEDS)

    @pytest.mark.parametrize("mutation", OF_ANY, ids=named)
    @pytest.mark.parametrize("name", BINARY)
    def test_is_nowhere_in_a_binary_of_a_tester(self, tmp_path, name, mutation):
        self._of(tmp_path, name, mutation, 1 if name.startswith(LARGE) else SEEDS)

    def _of(self, tmp_path, name, mutation, seeds):
        content = real_file(name).read_bytes()
        path = tmp_path / f"a{real_file(name).suffix}"
        path.write_bytes(content)
        known = Parameters(rated_capacity_ah=expected_of(name).get("nominal_Ah"))
        cases = [Parameters()] if known == Parameters() else [known, Parameters()]

        assert silent(content, path, cases, mutation, seeds) == []
