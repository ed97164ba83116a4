"""BioLogic: text exports of EC-Lab and BT-Lab; a technique may write no current at all."""

from grading.domain.cyclers.formats import Format

BIOLOGIC = Format(
    code="biologic",
    name="BioLogic",
    names={
        "time_s": ("time",),
        "voltage_v": ("Ecell", "Ewe", "<Ewe>", "Ewe-Ece"),
        "current_a": ("I", "<I>"),
        "dq_ah": ("dq", "dQ"),
        "control_a": ("control/V", "control_I", "control"),
        "cycle": ("cycle number",),
        "step": ("Ns",),
        "charge_ah": ("Q charge",),
        "discharge_ah": ("Q discharge",),
        "net_ah": ("(Q-Qo)", "Q-Qo"),
        "charge_wh": ("Energy charge", "Energy we charge"),
        "discharge_wh": ("Energy discharge", "Energy we discharge"),
    },
    units={"dq_ah": "mA.h", "net_ah": "mA.h", "charge_ah": "mA.h", "discharge_ah": "mA.h", "control_a": "mA"},
    temperatures=r"temperature|t\d?|<?temp\w*>?",
    marks=("EC-Lab ASCII FILE", "BT-Lab ASCII FILE"),
    told={
        "started_at": r"Acquisition started on : *(\S[^\r\n]*?)\s*$",
        "channel": r"Run on channel : *(\S[^\r\n]*?)\s*$",
        "device": r"^Device : *(\S[^\r\n]*?)\s*$",
        "software": r"^((?:EC|BT)-L[aA][bB] for windows v\S+)",
        "test_name": r"^\s*File : *(\S[^\r\n]*?)\s*$",
        "schedule": r"Loaded Setting File : *(\S[^\r\n]*?)\s*$",
        "comment": r"^Comments : *(\S[^\r\n]*?)\s*$",
    },
)
