"""Real text, workbook and parquet files against an independent reader's values."""

import numpy as np
import pytest

from grading.domain.cyclers.charge import integrate
from grading.domain.cyclers.parquet import read_parquet
from grading.domain.cyclers.table import DISCHARGE, Reading, StepReading, Unreadable
from grading.domain.cyclers.text import read_text
from grading.domain.cyclers.trace import Trace
from grading.domain.cyclers.workbook import read_workbook
from tests.grading.domain.cyclers.real_files import expected_of, real_file

RECORDS = (
    "neware/neware_uio.csv",
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
    "bitrode_leaf/NissanLeaf-cell-Low-Current-HPPC-25C-2.csv",
    "bitrode_leaf/1C-Discharge-Bitrode-data.csv",
    "parquet/pydpeet_Checkup3.parquet",
)
STEPS = (
    "pulsebat_raw/LMO_C_25_B_24_SOC_5-75_Part_1-1_ID_515093002348.xlsx",
    "pulsebat_raw/LMO_C_10_B_2_SOC_5-55_Part_1-1_ID_PIP15827A00221240.xlsx",
)
NO_TESTS = (
    "bitrode_leaf/Temperature-1C-discharge.lvm",
    "pulsebat_tables/LMO_10Ah_W_5000.xlsx",
    "pulsebat_tables/data_Pouch31.xlsx",
)


def read(name):
    path = real_file(name)
    return {".xlsx": read_workbook, ".parquet": read_parquet}.get(path.suffix, read_text)(path)


def charges_ah(reading: Reading, current_a) -> tuple[float, float]:
    trace = Trace(
        row=reading.row,
        time_s=reading.time_s,
        voltage_v=reading.voltage_v,
        current_a=current_a,
        state=reading.state,
        step_time_s=reading.step_time_s,
    )
    trace.segment()
    runs = integrate(trace).of_runs(trace)
    return float(runs[runs > 0].sum()), float(-runs[runs < 0].sum())


@pytest.mark.parametrize("name", RECORDS)
def test_gives_rows_ranges_and_charge_of_a_real_file(name):
    (reading,) = read(name)

    expected = expected_of(name)
    current = reading.current_a
    if not reading.signed and reading.state is not None:
        current = np.where(reading.state == DISCHARGE, -current, current)
    assert len(reading) == expected["rows"]
    assert np.ptp(reading.time_s) == pytest.approx(expected["t_span_s"])
    assert [reading.voltage_v.min(), reading.voltage_v.max()] == pytest.approx(expected["v_range"])
    assert [current.min(), current.max()] == pytest.approx(expected["i_range_A"])
    charge, discharge = charges_ah(reading, current)
    assert charge == pytest.approx(expected["Q_chg_Ah"], rel=1e-3, abs=1e-9)
    assert discharge == pytest.approx(expected["Q_dch_Ah"], rel=1e-3, abs=1e-9)
    sensors = list(reading.temperature_degc.values())
    if expected["temp_range_C"]:
        lowest, highest = min(map(np.nanmin, sensors)), max(map(np.nanmax, sensors))
        assert [lowest, highest] == pytest.approx(expected["temp_range_C"])
    else:
        assert not sensors


@pytest.mark.parametrize("name", STEPS)
def test_gives_the_steps_of_a_real_table(name):
    (steps,) = read(name)

    expected = expected_of(name)
    assert isinstance(steps, StepReading)
    assert len(steps) == expected["steps"]
    largest = int(np.argmax(np.where(steps.state == DISCHARGE, steps.capacity_ah, 0)))
    assert steps.capacity_ah[largest] == pytest.approx(expected["capacity_Ah"])
    assert steps.energy_wh[largest] == pytest.approx(expected["energy_Wh"])
    assert steps.voltage_end_v[largest] == pytest.approx(expected["V_end"])
    assert steps.duration_s[largest] == pytest.approx(expected["dur_s"])
    assert steps.current_a[largest] == pytest.approx(expected["I_A"], rel=2e-3)


@pytest.mark.parametrize("name", NO_TESTS)
def test_refuses_a_real_file_that_holds_no_test(name):
    with pytest.raises(Unreadable) as refusal:
        read(name)

    assert refusal.value.code == "E_FORMAT"
    assert ("results file" in str(refusal.value)) == name.startswith("pulsebat_tables")
