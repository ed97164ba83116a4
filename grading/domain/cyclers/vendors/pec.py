"""PEC: one file may hold the records of several cells, in V and A beside mAh."""

from grading.domain.cyclers.formats import Format

PEC = Format(
    code="pec",
    name="PEC",
    names={
        "test": ("Cell", "Cell ID"),
        "cycle": ("Cycle",),
        "step": ("Step",),
        "state": ("Instruction Name",),
        "time_s": ("Total Time",),
        "step_time_s": ("Step Time",),
        "clock": ("Real Time",),
        "voltage_v": ("Voltage",),
        "current_a": ("Current",),
        "charge_ah": ("Charge Capacity",),
        "discharge_ah": ("Discharge Capacity",),
        "charge_wh": ("Charge Energy",),
        "discharge_wh": ("Discharge Energy",),
    },
    needs=("step",),
    temperatures=r"temp(erature)?\d*",
    marks=("TestRegime Name:", "Request Year:"),
    told={
        "started_at": r"^Start Time:, *([^\r\n,]*\S)",
        "test_id": r"^Test:, *([^\r\n,]*\S)",
        "schedule": r"^TestRegime Name:, *([^\r\n,]*\S)",
        "lot": r"^LotID:, *([^\r\n,]*\S)",
        "product": r"^Product ID:, *([^\r\n,]*\S)",
    },
)
