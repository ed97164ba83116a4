"""How far a channel may be off, as its maker or its certificate states it."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The limits of error of one channel, ends of rectangles; ``None`` means not stated, never zero."""

    voltage_range_v: Decimal | None = None
    """Full scale."""
    voltage_reading_percent: Decimal | None = None
    voltage_full_scale_percent: Decimal | None = None
    current_range_a: Decimal | None = None
    """Full scale."""
    current_reading_percent: Decimal | None = None
    current_full_scale_percent: Decimal | None = None
    resistance_range_mohm: Decimal | None = None
    """Full scale of a meter that shows resistance itself."""
    resistance_reading_percent: Decimal | None = None
    resistance_full_scale_percent: Decimal | None = None
    temperature_error_k: Decimal | None = None
    time_error_percent: Decimal | None = None

    @classmethod
    def of(cls, channel: object) -> Self:
        """Return the accuracy of anything that has these attributes, such as a channel."""
        return cls(**{field.name: getattr(channel, field.name) for field in fields(cls)})

    def offset(self, quantity: str) -> Decimal | None:
        """Return the limit of the offset of ``voltage``, ``current`` or ``resistance`` in its own unit.

        ``None`` when the full-scale error or the range is not stated.
        """
        unit = {"voltage": "v", "current": "a", "resistance": "mohm"}[quantity]
        full_scale = getattr(self, f"{quantity}_range_{unit}")
        percent = getattr(self, f"{quantity}_full_scale_percent")
        if percent == 0:
            return Decimal(0)
        return None if full_scale is None or percent is None else full_scale * percent / 100
