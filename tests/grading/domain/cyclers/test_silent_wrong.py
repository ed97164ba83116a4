"""No spoilt file states a wrong number in silence: ``mutants.lies`` says exactly what that means."""

import os
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.domain.cyclers import readers
from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.derived import Derived
from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.table import Reading
from tests.grading.domain.cyclers.mutants import (
    INDISTINGUISHABLE,
    MUTATIONS,
    Mutation,
    Twin,
    ampere_under_milli,
    lies,
    milli_everywhere,
)
from tests.grading.domain.cyclers.real_files import expected_of, real_file
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, RATED_AH, full_test
from tests.grading.domain.cyclers.test_real_numbers import RECORDS

KNOWN = Parameters(rated_capacity_ah=RATED_AH, voltage_min_v=MIN_V, voltage_max_v=MAX_V, c_rate=0.5)
WHOLE = full_test()
BARE = replace(WHOLE, charge_ah=None, discharge_ah=None, state=None, step=None, step_time_s=None)
CASES: dict[str, tuple[Reading, Parameters]] = {
    "everything known": (WHOLE, KNOWN),
    "limits unknown": (WHOLE, Parameters(rated_capacity_ah=RATED_AH)),
    "nothing known": (WHOLE, Parameters()),
    "time, voltage and current only": (BARE, KNOWN),
}
TRUTHS: dict[str, Derived] = {name: derive(*case) for name, case in CASES.items()}

SEEDS = int(os.environ.get("MUTANT_SEEDS", "3"))
"""More of them find rarer cases: 60 make 57,000 mutants in a quarter of an hour."""
LARGE = "parquet/pydpeet_Checkup3.parquet"
LIMITS = {
    "neware/TestFile.nda": (6.0, 2.5, 4.2),
    "neware/SINTEF__G20M7_BTS91.nda": (4.97, 3.0, 4.2),
    "neware/46_1_5_60_bts16.ndax": (2.0, 2.5, 4.2),
    "arbin/CS2_35_9_8_10.xlsx": (1.1, 2.7, 4.2),
    "arbin/arbin_example.csv": (1.1, 2.0, 3.6),
    "maccor/PreDiag_000229_000229_truncated.034": (4.84, 2.7, 4.2),
    "maccor/maccor_002.txt": (0.00235, 1.3, 3.8),
    "bdf/legacy.bdf.parquet": (0.0018, 2.5, 4.2),
    "biologic/Sample_data_biologic_01_MB_CA1.txt": (5.0, 2.5, 4.2),
    "bitrode_leaf/NissanLeaf-cell-Low-Current-HPPC-25C-2.csv": (33.1, 3.0, 4.2),
    "bitrode_leaf/1C-Discharge-Bitrode-data.csv": (33.1, 3.0, 4.2),
}
"""Rated charge and cut-offs of the cells of some files."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
class TestSilentWrong:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(name=st.sampled_from(sorted(CASES)), seed=st.integers(0, 2**32 - 1))
    def test_is_nowhere_in_a_made_up_test(self, mutation: Mutation, name: str, seed: int):
        reading, parameters = CASES[name]

        mutant = derive(mutation(reading, np.random.default_rng(seed)), parameters)

        assert lies(TRUTHS[name], mutant, mutation) == []

    @pytest.mark.parametrize("name", RECORDS)
    def test_is_nowhere_in_a_real_file(self, mutation: Mutation, name: str, real_cases):
        reading, cases = real_cases(name)

        for parameters, truth in cases:
            for seed in range(1 if name == LARGE else SEEDS):
                mutant = derive(mutation(reading, np.random.default_rng(seed)), parameters)

                assert lies(truth, mutant, mutation) == [], (seed, parameters)


class TestIndistinguishable:
    """What nothing in a file can tell is named with its reason, and is told where anything does."""

    @pytest.mark.parametrize("mutation", [milli_everywhere, ampere_under_milli])
    def test_is_told_by_the_rated_charge(self, mutation: Mutation):
        mutant = derive(mutation(WHOLE, np.random.default_rng(0)), Parameters(rated_capacity_ah=RATED_AH))

        assert not mutant.concludes

    @pytest.mark.parametrize("mutation", [milli_everywhere, ampere_under_milli])
    def test_is_told_by_a_counter_of_energy(self, mutation: Mutation):
        sums = running_wh(WHOLE)
        counted = replace(WHOLE, charge_wh=sums[0], discharge_wh=sums[1])

        whole = derive(counted, Parameters())
        mutant = derive(mutation(counted, np.random.default_rng(0)), Parameters())

        assert "W_ENERGY" not in {flag.code for flag in whole.flags}
        assert "W_ENERGY" in {flag.code for flag in mutant.flags}

    @pytest.mark.parametrize("twin", INDISTINGUISHABLE, ids=lambda twin: twin.mutations[0].__name__)
    def test_bears_the_finding_that_says_so(self, twin: Twin):
        reading = BARE if "W_NO_COUNTER" in twin.standing else WHOLE
        parameters = Parameters() if "W_NO_REFERENCE" in twin.standing else KNOWN

        for mutation in twin.mutations:
            mutant = derive(mutation(reading, np.random.default_rng(0)), parameters)

            assert twin.covers(mutant, mutation) or not mutant.concludes
        assert twin.why


def running_wh(reading: Reading) -> tuple[np.ndarray, np.ndarray]:
    """Return what a tester would count of the energy of a reading, by direction."""
    passed_h = np.diff(reading.time_s, prepend=reading.time_s[0]) / 3600
    power_w = reading.current_a * reading.voltage_v
    return np.cumsum(np.clip(power_w, 0, None) * passed_h), np.cumsum(np.clip(-power_w, 0, None) * passed_h)


@pytest.fixture(scope="module")
def real_cases():
    """Read each file once; derive its truth with all that is known of its cell, and with nothing."""
    known: dict[str, tuple[Reading, list[tuple[Parameters, Derived]]]] = {}

    def cases(name: str) -> tuple[Reading, list[tuple[Parameters, Derived]]]:
        if name not in known:
            reading = max(readers.read(real_file(name)), key=len)
            if name in LIMITS:
                rated, low, high = LIMITS[name]
                best = Parameters(rated_capacity_ah=rated, voltage_min_v=low, voltage_max_v=high)
            else:
                best = Parameters(rated_capacity_ah=expected_of(name).get("nominal_Ah"))
            different = [Parameters()] if best == Parameters() or name == LARGE else [best, Parameters()]
            known[name] = reading, [(each, derive(reading, each)) for each in different]
        return known[name]

    return cases
