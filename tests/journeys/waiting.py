"""Wait for what a worker does."""

import time

PATIENCE_S = 90


def wait_for(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)
