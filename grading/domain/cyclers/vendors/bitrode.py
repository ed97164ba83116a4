"""Bitrode: csv with or without a heading; its counter is signed and begins again with each step."""

from grading.domain.cyclers.formats import Format

BITRODE = Format(
    code="bitrode",
    name="Bitrode",
    names={
        "time_s": ("Time", "Total Time"),
        "cycle": ("Cycle",),
        "step": ("Step",),
        "step_time_s": ("StepTime", "Step Time"),
        "current_a": ("Current",),
        "voltage_v": ("Voltage",),
        "capacity_ah": ("Capacity", "Amp-Hours"),
        "energy_wh": ("Energy", "Watt-Hours"),
        "state": ("Mode",),
        "excluded": ("Exclude",),
    },
    needs=("step",),
    temperatures=r"temp(erature)?\d*",
    marks=("Bitrode",),
    headless=r"(Yes|No)(,-?\d+(\.\d+)?){12},(REST|PAUS|CHRG|DCHG|DCHRG|CHG)[A-Z]*,",
    headless_headings=(
        "Exclude",
        "Time(s)",
        "Cycle",
        "Loop",
        "Loop",
        "Loop",
        "Step",
        "StepTime(s)",
        "Current(A)",
        "Voltage(V)",
        "Power(W)",
        "Capacity(Ah)",
        "Energy(Wh)",
        "Mode",
        "Data",
    ),
)
