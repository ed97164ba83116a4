"""What groups of packs say together: small groups lean on the others, large ones stand for themselves.

Normal-normal shrinkage in closed form: spreads shrunk to the pooled one, the variance between groups by
DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177-188; a group that is new after Higgins,
Thompson and Spiegelhalter, J. R. Stat. Soc. A 172 (2009) 137-159.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from grading.domain.agreement.groups import LEAST_PAIRS, Agreement
from grading.domain.agreement.student_t import t_quantile

PRIOR_FREEDOM = 8
"""Degrees of freedom that the pooled spread counts for in each group (nu0)."""
PRESORT_HALF_WIDTH = 5.0
"""Widest half interval [pp] with which a report may still rank packs."""
K = TypeVar("K")


@dataclass(frozen=True)
class Shrunk:
    """One group as all groups together make it likely."""

    bias: float
    """[pp]"""
    spread: float
    """Standard deviation of one pack around it [pp]."""
    bias_variance: float
    """Of ``bias`` [pp²]."""
    weight: float
    """B: 1 when the group stands for itself, 0 when it is taken for the mean of all."""
    half_width: float
    """Half the 95 % interval of the difference of one new pack of this group [pp]."""

    @property
    def variance(self) -> float:
        """Of one new pack's difference [pp²]."""
        return self.spread**2 + self.bias_variance


@dataclass(frozen=True)
class Shrinkage(Generic[K]):
    """What all groups say together."""

    mean: float
    """Mean bias over groups, mu [pp]."""
    mean_variance: float
    """Of ``mean`` [pp²]."""
    between_variance: float
    """Between the groups' true biases, tau² [pp²]."""
    spread: float
    """Pooled standard deviation within groups, s0 [pp]."""
    new_group_half_width: float | None
    """Half the 95 % interval of a pack of a group never seen [pp]; None with fewer than three groups."""
    groups: Mapping[K, Shrunk]


def shrink(groups: Mapping[K, Agreement]) -> Shrinkage[K] | None:
    """Return what ``groups`` say together, None where no group shows any spread to judge by."""
    freedom = sum(group.n - 1 for group in groups.values())
    squares = math.fsum(group.squares for group in groups.values())
    if not freedom or squares <= 0:
        return None
    pooled = squares / freedom
    within = {
        key: (PRIOR_FREEDOM * pooled + group.squares) / (PRIOR_FREEDOM + group.n - 1)
        for key, group in groups.items()
    }
    errors = {key: within[key] / group.n for key, group in groups.items()}
    between = _between(groups, errors)
    weights = {key: 1 / (between + error) for key, error in errors.items()}
    mean_variance = 1 / math.fsum(weights.values())
    mean = math.fsum(weights[key] * group.bias for key, group in groups.items()) * mean_variance
    count = len(groups)
    new_group = math.sqrt(between + mean_variance + pooled)
    return Shrinkage(
        mean=mean,
        mean_variance=mean_variance,
        between_variance=between,
        spread=math.sqrt(pooled),
        new_group_half_width=t_quantile(count - 2) * new_group if count > 2 else None,
        groups={
            key: _shrunk(group, mean, mean_variance, between, within[key]) for key, group in groups.items()
        },
    )


def is_used(group: Agreement, shrunk: Shrunk | None) -> bool:
    """Tell whether the group's reports may be corrected by its bias at all: five pairs or more."""
    return shrunk is not None and group.n >= LEAST_PAIRS


def may_presort(group: Agreement, shrunk: Shrunk | None) -> bool:
    """Tell whether the group's corrected reports may rank packs: precise enough, and alike for all packs."""
    return (
        shrunk is not None
        and is_used(group, shrunk)
        and shrunk.half_width <= PRESORT_HALF_WIDTH
        and group.slope is not None
        and group.slope.is_level
    )


def _between(groups: Mapping[K, Agreement], errors: Mapping[K, float]) -> float:
    weights = {key: 1 / error for key, error in errors.items()}
    total = math.fsum(weights.values())
    mean = math.fsum(weights[key] * group.bias for key, group in groups.items()) / total
    excess = math.fsum(weights[key] * (group.bias - mean) ** 2 for key, group in groups.items())
    scale = total - math.fsum(weight**2 for weight in weights.values()) / total
    return max(0.0, (excess - (len(groups) - 1)) / scale) if len(groups) > 1 else 0.0


def _shrunk(group: Agreement, mean: float, mean_variance: float, between: float, within: float) -> Shrunk:
    error = within / group.n
    weight = between / (between + error)
    bias_variance = weight * error + (1 - weight) ** 2 * mean_variance
    t = t_quantile(PRIOR_FREEDOM + group.n - 1)
    return Shrunk(
        bias=mean + weight * (group.bias - mean),
        spread=math.sqrt(within),
        bias_variance=bias_variance,
        weight=weight,
        half_width=t * math.sqrt(within + bias_variance),
    )
