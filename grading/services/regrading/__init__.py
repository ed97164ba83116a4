"""Grade packs again by the policy in force, because somebody said why; never by itself."""

from grading.services.regrading.carrying_out import run, sweep
from grading.services.regrading.ordering import RegradeRefused, order

__all__ = ["RegradeRefused", "order", "run", "sweep"]
