"""Orders that take rejected packs out of the house."""

from grading.services.dispositions.ending import cancel, hand_over, release
from grading.services.dispositions.ordering import Consignment, order

__all__ = ["Consignment", "cancel", "hand_over", "order", "release"]
