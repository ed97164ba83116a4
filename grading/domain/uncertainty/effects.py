"""What makes a result unsure, one thing at a time."""

from dataclasses import dataclass
from decimal import Context, Decimal

ARITHMETIC = Context(prec=28)
ROOT_3 = Decimal(3).sqrt(ARITHMETIC)


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One thing that makes a result unsure, before it is weighed against the others."""

    source: str
    limit: Decimal
    """Half-width of the rectangle (kind B) or standard deviation (kind A), in ``unit``; never negative."""
    unit: str
    percent_per_unit: Decimal
    """By how many percent the result moves per unit of the limit."""
    kind: str = "B"
    observations: int = 1
    """For kind A: of how many observations the result is the mean."""

    @property
    def divisor(self) -> Decimal:
        """Return what turns the limit into a standard uncertainty."""
        return Decimal(self.observations).sqrt(ARITHMETIC) if self.kind == "A" else ROOT_3


class Effects:
    """Effects that could be counted, and the names of those that could not."""

    def __init__(self) -> None:
        self.counted: list[Effect] = []
        self.unknown: list[str] = []

    def add(self, source: str, limit: Decimal | None, unit: str, percent_per_unit: Decimal | None) -> None:
        """Count a limit of error, or note that it or its weight is not known."""
        if limit is None or percent_per_unit is None:
            self.unknown.append(source)
            return
        self.counted.append(
            Effect(source=source, limit=abs(limit), unit=unit, percent_per_unit=percent_per_unit)
        )

    def percent(self, source: str, limit: Decimal | None) -> None:
        """Count a limit that is a percentage of the result."""
        self.add(source, limit, "%", Decimal(1))

    def absolute(self, source: str, limit: Decimal | None, unit: str, of: Decimal | None) -> None:
        """Count a limit that weighs the more, the smaller the amount ``of`` what is measured."""
        self.add(source, limit, unit, 100 / abs(of) if of else None)

    def repeatability(self, percent: Decimal | None, repetitions: int) -> None:
        """Count the standard deviation of one result, over the number of results in the mean."""
        if percent is None:
            self.unknown.append("Repeatability of the procedure")
            return
        self.counted.append(
            Effect(
                source="Repeatability of the procedure",
                limit=abs(percent),
                unit="%",
                percent_per_unit=Decimal(1),
                kind="A",
                observations=repetitions,
            )
        )
