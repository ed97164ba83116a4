"""Digatron: text exports in English or German, with the units in a line of their own."""

from grading.domain.cyclers.formats import Format

DIGATRON = Format(
    code="digatron",
    name="Digatron",
    names={
        "clock": ("Time Stamp", "Zeitstempel", "Zeit"),
        "step": ("Step", "Schritt"),
        "state": ("Status", "Zustand"),
        "time_s": ("Prog Time", "Programmdauer", "Program Time"),
        "step_time_s": ("Step Time", "Schrittdauer"),
        "cycle": ("Cycle", "Zyklus"),
        "voltage_v": ("Voltage", "Spannung"),
        "current_a": ("Current", "Strom"),
        "net_ah": ("AhAccu", "AhAkku", "Capacity"),
        "charge_ah": ("AhCha", "AhLad", "AhCharge"),
        "discharge_ah": ("AhDch", "AhEla", "AhDisch"),
        "charge_wh": ("WhCha", "WhLad"),
        "discharge_wh": ("WhDch", "WhEla"),
    },
    needs=("step",),
    temperatures=r"temp(eratur|erature)?\d*|t\d+",
    marks=("Digatron", "BTS-600", "BTS 600"),
)
