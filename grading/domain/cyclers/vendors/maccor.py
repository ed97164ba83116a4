"""Maccor: text exports, with the amount of the current beside a letter, and often no unit of time."""

from grading.domain.cyclers.formats import Format

MACCOR = Format(
    code="maccor",
    name="Maccor",
    names={
        "record": ("Rec#", "Rec"),
        "cycle": ("Cyc#", "Cycle C", "Cycle", "Cycle P"),
        "step": ("Step",),
        "time_s": ("Test", "Test Time", "TestTime"),
        "step_time_s": ("Step Time", "StepTime"),
        "capacity_ah": ("Amp-hr", "Cap.", "Capacity"),
        "energy_wh": ("Watt-hr", "Ener.", "Energy"),
        "current_a": ("Amps", "Current"),
        "voltage_v": ("Volts", "Voltage"),
        "state": ("State", "Md", "Mode"),
        "clock": ("DPt Time", "DPT Time"),
    },
    units={"time_s": "", "step_time_s": ""},
    needs=("step",),
    temperatures=r"(ev)?temp(erature)?\d*|thermocouple\d*",
    marks=("Today's Date", "Maccor", "Procedure:"),
    told={
        "started_at": r"(?:Date of Test:|^Started)[\t, ]*([^\t\r\n]*\d(?: [AP]M)?)",
        "channel": r"^Channel:?[\t,]+([^\t\r\n]+)",
        "test_name": r"(?:^Name:|Filename:)[\t,]*([^\t\r\n]+?)(?: Procedure:|\s*$)",
        "schedule": r"Procedure:?[\t, ]*([^\t\r\n]+)",
        "barcode": r"Comment/Barcode:[\t, ]*([^\t\r\n]+)",
        "tester": r"^Tester[\t,]+([^\t\r\n]+)",
    },
    is_signed=False,
)
