"""Who did what, kept beside the product, so that a test can say by itself who may judge."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Book:
    """What people did to one pack, as somebody who stands beside them writes it down."""

    announced_by: int
    standing: dict[str, int] = field(default_factory=dict)
    """Who made the result of each kind that counts now."""
    since: set[int] = field(default_factory=set)
    """Whose results were superseded since the last decision."""
    rests_on: dict[int, set[int]] = field(default_factory=dict)
    """By decision: everybody who announced, inspected or measured for it."""
    judged_by: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By decision: whoever confirmed it, set it, sent it back or asked for another one."""

    def measured(self, kind: str, person: int) -> None:
        """A newer result of a kind takes the place of the older one."""
        if kind in self.standing:
            self.since.add(self.standing[kind])
        self.standing[kind] = person

    def thrown_out(self) -> None:
        """Their instrument was declared bad: the tests do not stand any more."""
        for kind in ("capacity", "resistance"):
            if kind in self.standing:
                self.since.add(self.standing.pop(kind))

    def decided(self, decision: int) -> None:
        """The policy decided on what is known now."""
        self.rests_on[decision] = {self.announced_by, *self.standing.values(), *self.since}
        self.since = set()

    def overridden(self, former: int, decision: int, asked: int, approved: int) -> None:
        """Two people set another decision on the same evidence."""
        self.rests_on[decision] = self.rests_on[former]
        self.judged_by[decision] = self.judged_by[former] | {asked, approved}
        self.since = set()

    def restored(self, former: int, decision: int, by: int) -> None:
        """The second person took the approval back: what was decided before counts again."""
        self.rests_on[decision] = self.rests_on[former]
        self.judged_by[decision] = self.judged_by[former] - {by}
