"""A plain table of time, voltage and current, which tells nothing of its maker."""

from grading.domain.cyclers.formats import Format

PLAIN = Format(
    code="plain",
    name="Plain table",
    names={
        "time_s": ("Time", "Test Time", "Total Time"),
        "voltage_v": ("Voltage",),
        "current_a": ("Current",),
    },
    # Nobody's habit tells what such a table counts its time in: it is asked where no heading says it.
    units={"time_s": ""},
    temperatures=r"temp(erature)?(c|\d)*",
)
