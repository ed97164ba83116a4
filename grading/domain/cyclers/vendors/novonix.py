"""Novonix: sections in brackets, hours, a net counter, and another [Data] block after a restart."""

from grading.domain.cyclers.formats import Format

NOVONIX = Format(
    code="novonix",
    name="Novonix",
    names={
        "clock": ("Date and Time",),
        "cycle": ("Cycle Number",),
        "time_s": ("Run Time",),
        "step_time_s": ("Step Time",),
        "step": ("Step Number",),
        "current_a": ("Current",),
        "voltage_v": ("Potential",),
        "net_ah": ("Capacity",),
    },
    units={"time_s": "h", "step_time_s": "h"},
    temperatures=r"temperature",
    marks=("Novonix", "[Data]"),
    told={
        "started_at": r"^\"?Started: *([^\r\n\"]*\S)",
        "channel": r"^\"?Channel: *([^\r\n\"]*\S)",
        "test_name": r"^\"?Cell: *([^\r\n\"]*\S)",
        "serial": r"^\"?Serial Number: *([^\r\n\"]*\S)",
        "description": r"^\"?Description: *([^\r\n\"]*\S)",
        "software": r"^\"?Version: *([^\r\n\"]*\S)",
    },
    drops_quotes=True,
    between=("[",),
)
