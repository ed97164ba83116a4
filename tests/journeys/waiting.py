"""Wait for what a worker does."""

import time
from collections.abc import Callable

PATIENCE_S = 90


def wait_for(
    condition: Callable[[], object],
    *,
    nudge: Callable[[], object] = lambda: None,
    patience_s: float = PATIENCE_S,
) -> None:
    """Wait until the condition holds; until then, ``nudge`` is called again and again."""
    until = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until, "it took too long"
        nudge()
        time.sleep(0.02)
