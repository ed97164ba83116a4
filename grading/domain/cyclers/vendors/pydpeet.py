"""PyDPEET: tables that its converters write, as parquet or text."""

from grading.domain.cyclers.formats import Format

PYDPEET = Format(
    code="pydpeet",
    name="PyDPEET",
    names={
        "time_s": ("Test_Time",),
        "clock": ("Date_Time",),
        "step": ("Step_Count",),
        "voltage_v": ("Voltage",),
        "current_a": ("Current",),
        "told": ("Meta_Data",),
        "impedance": ("EIS_f", "EIS_Z_Real", "EIS_Z_Imag", "EIS_DC"),
    },
    temperatures=r"temperature",
)
