"""Complete bench results, of which a test changes what it is about."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from grading.models import Instrument
from grading.services.test_runs import CapacityInput, ResistanceInput
from intake.models import Pack
from tests.factories import AT

MEASURED_AT = AT + timedelta(hours=4)
RECORDED_AT = AT + timedelta(hours=5)


def capacity(pack: Pack, instrument: Instrument, **fields: Any) -> CapacityInput:
    values = {
        "pack_id": pack.pk,
        "instrument_id": instrument.pk,
        "method": "cc_discharge",
        "basis": "ah",
        "measured_capacity_ah": Decimal("85.1"),
        "reference_source": "nameplate",
        "c_rate": Decimal("0.33"),
        "temperature_degc": Decimal("25.0"),
        "voltage_from_v": Decimal("402"),
        "voltage_to_v": Decimal("288"),
        "ended_by_cell_limit": True,
        "measured_at": MEASURED_AT,
    }
    return CapacityInput(**values | fields)


def resistance(pack: Pack, instrument: Instrument, **fields: Any) -> ResistanceInput:
    values = {
        "pack_id": pack.pk,
        "instrument_id": instrument.pk,
        "method": "dc_pulse",
        "pulse_duration_s": Decimal(10),
        "pulse_current_a": Decimal(100),
        "soc_percent": Decimal(50),
        "temperature_degc": Decimal(25),
        "ir_mohm": Decimal(72),
        "baseline_source": "type_catalogue",
        "measured_at": MEASURED_AT,
    }
    return ResistanceInput(**values | fields)
