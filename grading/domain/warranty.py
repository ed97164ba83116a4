"""Warranty terms that come with a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grading.domain.policy import Policy
from grading.domain.verdict import Verdict


@dataclass(frozen=True)
class WarrantyTerms:
    """What is promised for a pack, up to the earlier of the term and the cycles."""

    key: str
    by_default: bool
    """Whether the terms come with the grade; ``False`` when they are an option to sell."""
    term_months: int
    cycles: int
    """Full equivalent cycles: discharged Ah over certified Ah."""
    threshold_percent: Decimal
    residual_basis: str
    """What the threshold is a share of: certified_at_sale or nameplate."""
    monitoring: str
    """none, optional or mandatory."""
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return the terms as they are stored with a decision, Decimals as strings."""
        return {**vars(self), "threshold_percent": str(self.threshold_percent)}


def warranty_for(
    policy: Policy, verdict: Verdict, *, soh_percent: Decimal | None = None
) -> WarrantyTerms | None:
    """Return the terms that ``policy`` gives a pack with this verdict, ``None`` when there are none.

    :param soh_percent: SOH of the pack. On the nameplate basis a pack at or below the threshold
        would be in breach on its first day, so it gets no terms.
    """
    if verdict.warranty is None:
        return None
    entry = policy.document["warranty"][verdict.warranty]
    threshold = Decimal(entry["threshold_percent"])
    if entry["residual_basis"] == "nameplate" and (soh_percent is None or soh_percent <= threshold):
        return None
    return _terms(policy, verdict.warranty)


def all_terms(policy: Policy) -> list[tuple[str, WarrantyTerms]]:
    """Return every set of terms that ``policy`` knows, each after its name."""
    named = sorted((entry["label"], key) for key, entry in policy.document["warranty"].items())
    return [(label, _terms(policy, key)) for label, key in named]


def warranty_words(terms: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return stored terms as name and words, as :meth:`WarrantyTerms.to_json` stored them."""
    basis = _BASES.get(terms["residual_basis"], terms["residual_basis"])
    return [
        ("Given", "with the grade" if terms["by_default"] else "as an option only"),
        ("Term", f"{terms['term_months']} months"),
        ("Cycles", f"{terms['cycles']:,} full equivalent cycles"),
        ("Threshold", f"{terms['threshold_percent']} % of {basis}"),
        ("Monitoring of cycles", terms["monitoring"]),
    ]


def _terms(policy: Policy, key: str) -> WarrantyTerms:
    entry = policy.document["warranty"][key]
    return WarrantyTerms(
        key=key,
        by_default=entry["by_default"],
        term_months=entry["term_months"],
        cycles=entry["cycles"],
        threshold_percent=Decimal(entry["threshold_percent"]),
        residual_basis=entry["residual_basis"],
        monitoring=entry["monitoring"],
        sentence=_sentence(entry),
    )


_BASES = {"certified_at_sale": "the capacity certified at sale", "nameplate": "the nameplate capacity"}
_MONITORING = {
    "none": "",
    "optional": " Cycle monitoring is optional.",
    "mandatory": " Cycle monitoring is mandatory.",
}


def _sentence(entry: dict[str, Any]) -> str:
    lead = "" if entry["by_default"] else "None by default. Option: "
    term = f"{entry['term_months']} months or {entry['cycles']:,} cycles, whichever comes first"
    basis = f"down to {entry['threshold_percent']} % of {_BASES[entry['residual_basis']]}"
    note = f" {entry['note']}" if entry["note"] else ""
    return f"{lead}{term}, {basis}.{_MONITORING[entry['monitoring']]}{note}"
