"""Real testers' files give the rows, charges, chains, pulses and SOH that are known of them."""

import numpy as np
import pytest

from grading.domain.cyclers import readers
from grading.domain.cyclers.derive import derive
from grading.domain.cyclers.derived import Derived
from grading.domain.cyclers.parameters import Parameters
from tests.grading.domain.cyclers.real_files import expected_of, real_file

RECORDS = (
    "neware/TestFile.nda",
    "neware/nda_v23.nda",
    "neware/SINTEF__G20M7_BTS91.nda",
    "neware/46_1_5_60_bts16.ndax",
    "neware/nw4-120-1-6-53.ndax",
    "neware/neware_uio.csv",
    "arbin/arbin_example.res",
    "arbin/CS2_35_9_8_10.xlsx",
    "arbin/arbin_example.csv",
    "biologic/gcpl.issue_211.mpt",
    "biologic/mb.issue_218.mpt",
    "biologic/Sample_data_biologic_01_MB_CA1.txt",
    "maccor/PreDiag_000229_000229_truncated.034",
    "maccor/maccor_002.txt",
    "maccor/sample_data_maccor.csv",
    "basytec/sample_data_basytec.txt",
    "novonix/sample_data_novonix.csv",
    "landt/custom_data_002.xlsx",
    "pec/Test25205.csv",
    "bdf/SINTEF__G20M7__C30__25degC__Neware.bdf.csv",
    "bdf/legacy.bdf.parquet",
    "bdf/DLR__LiLNMO__POCV__25degC__Basytec.bdf.csv",
    "parquet/pydpeet_Checkup3.parquet",
    "bitrode_leaf/NissanLeaf-cell-Low-Current-HPPC-25C-2.csv",
    "bitrode_leaf/1C-Discharge-Bitrode-data.csv",
)
REFUSED = {
    "bdf/DLR__LiLNMO__POCV__25degC__Basytec.bdf.csv": "E_TIME_UNIT",
    "biologic/mb.issue_218.mpt": "E_SIGN",
    "neware/nda_v23.nda": "E_INCOMPLETE",
    "novonix/sample_data_novonix.csv": "E_INCOMPLETE",
    "pec/Test25205.csv": "E_NO_LOAD",
    "maccor/maccor_002.txt": "E_INCOMPLETE",
}
STEPS = (
    "pulsebat_raw/LMO_C_25_B_24_SOC_5-75_Part_1-1_ID_515093002348.xlsx",
    "pulsebat_raw/LMO_C_10_B_2_SOC_5-55_Part_1-1_ID_PIP15827A00221240.xlsx",
)
FILE_DIGITS = 5e-6
"""The oracle states chains to 5 decimals."""


def derived_of(name: str) -> Derived:
    path = real_file(name)
    reading = max(readers.read(path), key=len)
    return derive(reading, Parameters(rated_capacity_ah=expected_of(name).get("nominal_Ah")))


@pytest.mark.parametrize("name", RECORDS)
class TestRecords:
    def test_charge(self, name):
        derived, known = derived_of(name), expected_of(name)

        assert derived.rows == known["rows"]
        assert derived.charge_ah == pytest.approx(known["Q_chg_Ah"], rel=1e-3, abs=1e-12)
        assert derived.discharge_ah == pytest.approx(known["Q_dch_Ah"], rel=1e-3, abs=1e-12)

    def test_chains_and_soh(self, name):
        derived, known = derived_of(name), expected_of(name)
        chains = [chain["net_Ah"] for chain in known["full_to_empty_chains"]]

        assert [chain.ah for chain in derived.chains] == pytest.approx(chains, rel=5e-3, abs=FILE_DIGITS)
        if chains and known.get("nominal_Ah") and name not in REFUSED:
            # The oracle's own percentage is of the largest single discharge: best of n, and of an
            # interrupted test a part of it. The last of the chains that agree is the capacity.
            percents = [100 * ah / known["nominal_Ah"] for ah in chains]
            assert any(derived.soh_percent == pytest.approx(percent, rel=5e-3) for percent in percents)
        if name in REFUSED:
            assert REFUSED[name] in {flag.code for flag in derived.flags}
            assert derived.soh_percent is None
            assert not derived.concludes

    def test_pulses(self, name):
        derived, known = derived_of(name), expected_of(name)

        assert len(derived.pulses) == known["n_pulses"]
        for pulse, truth in zip(derived.pulses, known["pulses"], strict=False):
            for each in pulse.resistances:
                theirs = truth["R_mohm"][f"{each.after_s:g}"]
                assert each.r_mohm == pytest.approx(theirs, rel=5e-3), (pulse.t_s, each.after_s)

    def test_rest_voltages(self, name):
        found = derived_of(name).ocv
        known = expected_of(name)["ocv"]

        assert [rest.voltage_v for rest in found] == pytest.approx([rest["V"] for rest in known], abs=6e-5)


@pytest.mark.parametrize("name", STEPS)
class TestSteps:
    def test_capacity_and_pulses(self, name):
        derived, known = derived_of(name), expected_of(name)
        pulses = [pulse for pulse in derived.pulses if pulse.duration_s == 5.0]
        truths = known["pulses_5s(step_row,I_A,dur_s,V_rest,R5s_mohm)"]

        assert derived.capacity_ah == pytest.approx(known["capacity_Ah"], rel=1e-6)
        assert derived.soh_percent == pytest.approx(known["SOH_pct"], rel=1e-4)
        assert len(pulses) == known["n_5s_pulses"]
        found = [pulse.resistances[0].r_mohm for pulse in pulses[: len(truths)]]
        assert np.allclose(found, [truth[4] for truth in truths], rtol=1e-4)


def test_states_no_resistance_between_the_onset_and_the_next_record():
    (pulse,) = derived_of("neware/46_1_5_60_bts16.ndax").pulses

    assert [each.after_s for each in pulse.resistances] == [1.0, 10.0, 18.0, 30.0]
