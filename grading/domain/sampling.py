"""How many of a group somebody must have opened before they confirm all of it at once."""

import math
from decimal import Decimal

LEAST = 3
MOST = 20
SHARE = Decimal("0.1")


def sample_size(count: int) -> int:
    """Return how many of ``count`` must be opened: three or a tenth, at most twenty, never more than all."""
    return min(count, MOST, max(LEAST, math.ceil(count * SHARE)))
