"""A budget of uncertainty: its lines, its sum, and what is missing from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, Context, Decimal, localcontext
from typing import Any, Self

from grading.domain.uncertainty.effects import ARITHMETIC, Effects
from grading.domain.uncertainty.limits import QUANTUM

COVERAGE = 2
"""k of the expanded uncertainty: about 95 % for a normal distribution."""
_SHOWN = Context(prec=6)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a budget."""

    source: str
    kind: str
    """A: from repeated observations; B: from anything else."""
    limit: Decimal
    unit: str
    """Of ``limit``."""
    distribution: str
    divisor: Decimal
    sensitivity: Decimal
    """Unit of the result per unit of the limit."""
    contribution: Decimal
    """Standard uncertainty that this line brings, in the unit of the result."""
    share: Decimal
    """Part of the variance, 0 to 1; the shares of a budget sum to 1."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How sure a result is, and why."""

    value: Decimal
    unit: str
    lines: tuple[Line, ...]
    """Largest first."""
    standard_uncertainty: Decimal | None
    """k = 1, rounded up to 0.0001; ``None`` when nothing at all could be counted."""
    unknown: tuple[str, ...]
    """What could not be counted, in words: with any, the uncertainty is at least this large."""

    @property
    def expanded(self) -> Decimal | None:
        """Return the expanded uncertainty, k = 2."""
        return None if self.standard_uncertainty is None else COVERAGE * self.standard_uncertainty

    @property
    def is_complete(self) -> bool:
        """Tell whether everything that was asked for could be counted."""
        return not self.unknown

    def to_json(self) -> dict[str, Any]:
        """Return the budget as it is stored, Decimals as strings."""
        u, expanded = self.standard_uncertainty, self.expanded
        return {
            "value": str(self.value),
            "unit": self.unit,
            "standard_uncertainty": None if u is None else str(u),
            "coverage_factor": COVERAGE,
            "expanded_uncertainty": None if expanded is None else str(expanded),
            "is_complete": self.is_complete,
            "unknown": list(self.unknown),
            "lines": [{name: str(getattr(line, name)) for name in _LINE_FIELDS} for line in self.lines],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Rebuild what :meth:`to_json` wrote."""
        u = value["standard_uncertainty"]
        return cls(
            value=Decimal(value["value"]),
            unit=value["unit"],
            lines=tuple(_line(line) for line in value["lines"]),
            standard_uncertainty=None if u is None else Decimal(u),
            unknown=tuple(value["unknown"]),
        )


def _line(stored: Mapping[str, str]) -> Line:
    values: dict[str, Any] = {k: Decimal(stored[k]) if k in _NUMBERS else stored[k] for k in _LINE_FIELDS}
    return Line(**values)


_LINE_FIELDS = tuple(field.name for field in fields(Line))
_NUMBERS = frozenset(field.name for field in fields(Line) if field.type is Decimal)


def sum_up(*, value: Decimal, unit: str, effects: Effects) -> Budget:
    """Add ``effects`` in quadrature into the budget of ``value``.

    The effects are taken as independent of each other; what is systematic over a whole test, such as an
    offset, is one effect and is not divided by the number of its records.
    """
    with localcontext(ARITHMETIC):
        counted = effects.counted
        sensitivities = [abs(value) * abs(effect.percent_per_unit) / 100 for effect in counted]
        parts = [e.limit / e.divisor * c for e, c in zip(counted, sensitivities, strict=True)]
        variance = sum((part * part for part in parts), Decimal(0))
        shares = _shares(parts, variance)
        lines = [
            Line(
                source=effect.source,
                kind=effect.kind,
                limit=effect.limit,
                unit=effect.unit,
                distribution="normal" if effect.kind == "A" else "rectangular",
                divisor=_SHOWN.plus(effect.divisor),
                sensitivity=_SHOWN.plus(sensitivity),
                contribution=_SHOWN.plus(part),
                share=share,
            )
            for effect, sensitivity, part, share in zip(counted, sensitivities, parts, shares, strict=True)
        ]
        u = variance.sqrt().quantize(QUANTUM, rounding=ROUND_CEILING) if counted else None
    return Budget(
        value=value,
        unit=unit,
        lines=tuple(sorted(lines, key=lambda line: -line.contribution)),
        standard_uncertainty=u,
        unknown=tuple(effects.unknown),
    )


def _shares(parts: Sequence[Decimal], variance: Decimal) -> list[Decimal]:
    """Return each part of the variance to 0.000001; the largest takes what rounding leaves of 1."""
    if not variance:
        return [Decimal(0)] * len(parts)
    shares = [(part * part / variance).quantize(Decimal("0.000001")) for part in parts]
    largest = max(range(len(parts)), key=lambda i: parts[i])
    shares[largest] = 1 - sum((s for i, s in enumerate(shares) if i != largest), Decimal(0))
    return shares
