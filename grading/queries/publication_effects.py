"""What the publication of a draft would change, as far as a kept report knows it."""

from dataclasses import dataclass

from grading.domain.columnar.comparing import Comparison
from grading.models import PolicyDraft, PolicyVersion, WhatIfReport
from grading.queries.policies import reports_on
from rebattery.naming import counted


@dataclass(frozen=True)
class Effect:
    """What all measured packs would get, were they graded again; a publication itself grades none."""

    report: WhatIfReport
    packs: int
    """Measured packs that the report tried."""
    regraded: int
    """Those of them that would get another grade."""

    @property
    def sentence(self) -> str:
        """Say it as short as a button."""
        if not self.packs:
            return "no pack is measured"
        if not self.regraded:
            return f"none of {counted(self.packs, 'pack')} would get another grade"
        return f"{self.regraded:,} of {counted(self.packs, 'pack')} would get another grade"


def effect_of(*, draft: PolicyDraft, live: PolicyVersion) -> Effect | None:
    """Return the effect by the newest report that tried exactly this draft against ``live`` on all packs.

    None where there is no such report: one on a supplier or a period, or against another policy, says less.
    """
    report = reports_on(draft=draft).filter(against=live, scope={}).first()
    if report is None:
        return None
    found = Comparison.from_json(report.numbers)
    return Effect(report, found.packs, found.stricter + found.looser)
