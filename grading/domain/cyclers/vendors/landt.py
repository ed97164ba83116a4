"""Landt: csv and workbooks with a tab of records, mostly in mA and mAh."""

from grading.domain.cyclers.formats import Format

LANDT = Format(
    code="landt",
    name="Landt",
    names={
        "record": ("Record", "Index", "Rec"),
        "time_s": ("TestTime",),
        "step_time_s": ("StepTime",),
        "clock": ("SysTime", "System Time"),
        "current_a": ("Current",),
        "voltage_v": ("Voltage",),
        "capacity_ah": ("Capacity",),
        "charge_ah": ("CapC", "ChgCap"),
        "discharge_ah": ("CapD", "DchgCap"),
        "energy_wh": ("Energy",),
        "cycle": ("Cycle-Index", "Cycle"),
        "step": ("Step-Index", "Step"),
        "state": ("Step-State", "State", "Mode"),
    },
    temperatures=r"auxtemp\d*|temp(erature)?\d*",
    marks=("LAND", "Landt"),
)
