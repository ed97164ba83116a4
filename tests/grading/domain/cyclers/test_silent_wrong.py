"""No spoilt file states a wrong number in silence: ``mutants.lies`` says exactly what that means."""

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
from tests.grading.domain.cyclers.mutants import MUTATIONS, Mutation, lies
from tests.grading.domain.cyclers.real_files import real_file
from tests.grading.domain.cyclers.synthetic import MAX_V, MIN_V, RATED_AH, full_test

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

REAL = {
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


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
class TestSilentWrong:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(name=st.sampled_from(sorted(CASES)), seed=st.integers(0, 2**32 - 1))
    def test_is_nowhere_in_a_made_up_test(self, mutation: Mutation, name: str, seed: int):
        reading, parameters = CASES[name]

        mutant = derive(mutation(reading, np.random.default_rng(seed)), parameters)

        assert lies(TRUTHS[name], mutant, mutation) == []

    @pytest.mark.parametrize("name", sorted(REAL))
    def test_is_nowhere_in_a_real_file(self, mutation: Mutation, name: str, real_readings):
        reading, parameters, truth = real_readings(name)

        for seed in range(5):
            mutant = derive(mutation(reading, np.random.default_rng(seed)), parameters)

            assert lies(truth, mutant, mutation) == [], seed


@pytest.fixture(scope="module")
def real_readings():
    """Read each file once and derive its truth with the cell's own limits."""
    known: dict[str, tuple[Reading, Parameters, Derived]] = {}

    def read(name: str) -> tuple[Reading, Parameters, Derived]:
        if name not in known:
            path = real_file(name)
            reading = max(readers.read(path), key=len)
            rated, low, high = REAL[name]
            parameters = Parameters(rated_capacity_ah=rated, voltage_min_v=low, voltage_max_v=high)
            known[name] = (reading, parameters, derive(reading, parameters))
        return known[name]

    return read
