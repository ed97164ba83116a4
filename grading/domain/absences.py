"""What a hold says about each missing fact."""

from grading.domain.evidence import Evidence
from grading.domain.matrix import Band, Matrix
from grading.domain.reasons import (
    IR,
    IR_MISSING,
    IR_NOT_COMPARABLE,
    IR_OTHER_PROCEDURE,
    SOH,
    SOH_IMPLAUSIBLE,
    SOH_OFF_PROCEDURE,
    SOH_OTHER_PROCEDURE,
    SOH_TOO_OLD,
    SOH_UNCERTAINTY_UNKNOWN,
    WEAKEST,
    WEAKEST_CELL_MISSING,
    Reason,
    fact_list,
)


def soh_absence(code: str, evidence: Evidence, missing: tuple[str, ...]) -> Reason:
    """Say why no SOH counts, and what else is missing."""
    value, source = evidence.soh_percent, evidence.soh_source
    text = "SOH is not measured on a bench"
    if code == SOH_IMPLAUSIBLE:
        text = f"SOH {value} % is outside 0 to 105 %"
    elif code == SOH_OFF_PROCEDURE:
        why = f": {evidence.soh_departs_why}" if evidence.soh_departs_why else ""
        text = f"SOH {value} % does not count, its test departs from its procedure{why}"
    elif code == SOH_TOO_OLD:
        text = "the SOH measurement is older than the policy allows, or its age is unknown"
    elif code == SOH_OTHER_PROCEDURE:
        text = f"SOH {value} % {_followed(evidence.capacity_procedure)}, which this policy does not accept"
    elif code == SOH_UNCERTAINTY_UNKNOWN:
        text = f"the uncertainty of SOH {value} % is not known, and this policy grades by it"
    elif value is not None:
        text += f"; {value} % from {_SOURCES.get(source or '', 'an unknown source')} does not grade"
    others = tuple(fact for fact in missing if fact != SOH)
    also = f" May also be needed: {fact_list(others)}." if others else ""
    return Reason(code, f"H: {text}.{also}", SOH)


def _followed(procedure: str | None) -> str:
    return f"followed the procedure {procedure}" if procedure else "followed no procedure throughout"


_SOURCES = {"bms": "the BMS", "telematics": "telematics", "estimate": "an estimate", "lab": "the bench"}


def ir_absence(evidence: Evidence, band: Band, *, is_of_other_procedure: bool = False) -> Reason:
    """Say why no internal resistance counts, and which grade it decides."""
    why = f" ({evidence.ir_comparable_why})" if evidence.ir_comparable_why else ""
    decides = _choices(band)
    if evidence.ir_ratio is None:
        return Reason(
            IR_MISSING, f"H: the internal resistance is missing{why} and decides the grade: {decides}.", IR
        )
    if evidence.ir_comparable and is_of_other_procedure:
        text = f"H: IR {evidence.ir_ratio}× baseline {_followed(evidence.resistance_procedure)}"
        return Reason(
            IR_OTHER_PROCEDURE,
            f"{text}, which this policy does not accept, and it decides the grade: {decides}.",
            IR,
        )
    text = f"H: IR {evidence.ir_ratio}× baseline was not measured under comparable conditions{why}"
    return Reason(IR_NOT_COMPARABLE, f"{text} and decides the grade: {decides}.", IR)


def _choices(band: Band) -> str:
    *choices, last = band.cells
    words = [
        f"{'up to' if cell.ir_hi_incl else 'below'} {cell.ir_hi}× gives {cell.grade}" for cell in choices
    ]
    return ", ".join([*words, f"otherwise {last.grade}"])


def weakest_absence(matrix: Matrix) -> Reason:
    """Say that the weakest cell is missing, and what its floor does."""
    floor, cell = matrix.weakest_floor, matrix.weakest_cell
    return Reason(
        WEAKEST_CELL_MISSING,
        f"H: the weakest cell is missing; below {floor} % it makes the grade {cell.grade}.",
        WEAKEST,
    )
