"""What the derivation of a file is told: the pack's ratings, the procedure's limits, a person's answers."""

from collections.abc import Mapping

from grading.domain.cyclers.parameters import Parameters
from grading.domain.procedure import parse_procedure
from grading.models import ProcedureVersion
from intake.models import Pack


def parameters_for(
    *, pack: Pack | None, procedure: ProcedureVersion | None, answers: Mapping[str, str]
) -> Parameters:
    """Return what is known; a blank in the catalog stays unknown, so that the flags say what is missing.

    The procedure's limits go before the type's, since the test followed the procedure. The maker's rated
    capacity is preferred to the supplier's nameplate, as for a typed result.
    """
    known: dict[str, object] = {}
    pack_type = pack.pack_type if pack else None
    if pack_type and pack_type.rated_capacity_ah:
        known["rated_capacity_ah"] = float(pack_type.rated_capacity_ah)
        known["rated_capacity_source"] = "pack_type"
    elif pack and pack.rated_capacity_ah:
        known["rated_capacity_ah"] = float(pack.rated_capacity_ah)
        known["rated_capacity_source"] = "nameplate"
    if pack_type:
        volts = {"voltage_min_v": pack_type.voltage_min_v, "voltage_max_v": pack_type.voltage_max_v}
        known |= {name: float(value) for name, value in volts.items() if value is not None}
        known |= {"series_count": pack_type.series_count, "parallel_count": pack_type.parallel_count}
    sensor = answers.get("temperature_sensor")
    if sensor:
        known["temperature_sensor"] = sensor
    if procedure:
        cells = pack_type.series_count if pack_type else None
        known |= parse_procedure(procedure.document).to_parameters(series_count=cells)
    return Parameters(**known, answers=dict(answers))  # type: ignore[arg-type]
