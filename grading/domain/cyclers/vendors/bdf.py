"""Battery Data Format: labels and machine names, those that are deprecated included."""

from grading.domain.cyclers.formats import Format

BDF = Format(
    code="bdf",
    name="Battery Data Format",
    names={
        "time_s": ("test_time",),
        "step_time_s": ("step_time",),
        "clock": ("unix_time", "date_time"),
        "voltage_v": ("voltage",),
        "current_a": ("current",),
        "cycle": ("cycle_count", "cycle", "cycle_index"),
        "step": ("step_count", "step_index", "step"),
        "state": ("step_type",),
        "charge_ah": ("charging_capacity", "charge_capacity", "cumulative_charging_capacity"),
        "discharge_ah": ("discharging_capacity", "discharge_capacity", "cumulative_discharging_capacity"),
        "net_ah": ("net_capacity",),
        "charge_wh": ("charging_energy", "charge_energy", "cumulative_charging_energy"),
        "discharge_wh": ("discharging_energy", "discharge_energy", "cumulative_discharging_energy"),
    },
    temperatures=r"(ambient|surface|cell|internal)?temperature(t?\d+)?",
    # A heading of three columns says no more than other makers know: how it is written tells.
    marks=("Test Time / s", "test_time_second"),
)
