"""Arbin: MITS exports; their counters follow the schedule and are reset where its author wished."""

from grading.domain.cyclers.formats import Format

ARBIN = Format(
    code="arbin",
    name="Arbin",
    names={
        "test": ("Test_ID",),
        "record": ("Data_Point",),
        "time_s": ("Test_Time",),
        "step_time_s": ("Step_Time",),
        "clock": ("Date_Time", "DateTime"),
        "cycle": ("Cycle_Index", "Cycle"),
        "step": ("Step_Index", "Step"),
        "voltage_v": ("Voltage",),
        "current_a": ("Current",),
        "charge_ah": ("Charge_Capacity",),
        "discharge_ah": ("Discharge_Capacity",),
        "charge_wh": ("Charge_Energy",),
        "discharge_wh": ("Discharge_Energy",),
    },
    needs=("step",),
    temperatures=r"(aux)?temperature(c|\d)*|celltemperature|auxtemperature\w*",
)
