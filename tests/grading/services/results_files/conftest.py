from tests.grading.services.test_runs.conftest import actor, instrument, operator, pack, policy

__all__ = ["actor", "instrument", "operator", "pack", "policy"]
