"""Basytec: text exports whose heading and what stands above it begin with a tilde."""

from grading.domain.cyclers.formats import Format

BASYTEC = Format(
    code="basytec",
    name="Basytec",
    names={
        "record": ("DataSet",),
        "time_s": ("Time",),
        "step_time_s": ("t-Step",),
        "step": ("Line",),
        "state": ("Command",),
        "voltage_v": ("U",),
        "current_a": ("I",),
        "net_ah": ("Ah",),
        "charge_ah": ("Ah-Cyc-Charge", "Ah-Charge"),
        "discharge_ah": ("Ah-Cyc-Discharge", "Ah-Discharge"),
        "charge_wh": ("Wh-Cyc-Charge", "Wh-Charge"),
        "discharge_wh": ("Wh-Cyc-Discharge", "Wh-Discharge"),
        "cycle": ("Cyc-Count", "Cyc Count"),
        "clock": ("Date", "Date/Time", "DateTime"),
    },
    units={"time_s": "h"},
    needs=("step",),
    temperatures=r"t\d+|t",
    marks=("Basytec",),
    told={
        "started_at": r"^~Start of Test: *([^\r\n]*\S)",
        "test_name": r"^~Name of Test: *([^\r\n]*\S)",
        "serial": r"^~Battery: *([^\r\n]*\S)",
        "schedule": r"^~Testplan: *([^\r\n]*\S)",
        "channel": r"^~Testchannel: *([^\r\n]*\S)",
    },
)
