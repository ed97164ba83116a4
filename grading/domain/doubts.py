"""Outcomes that are hardly plausible: they are recorded only with the word of who read them again."""

from collections.abc import Sequence
from decimal import Decimal

LOWEST_SOH_PERCENT = Decimal(20)
"""Below it a tester's file is refused too (E_RANGE); what lies above 105 % nobody can confirm."""
LIKELY_RATIO = Decimal("0.3"), Decimal(5)
"""A decimal mark that slips by one place takes every usual ratio out of it."""
LIKELY_MOHM = Decimal(1), Decimal(1000)
"""Where nothing compares with a resistance."""
READ_AGAIN = "Read it again: correct it, or say here why it is right."


def capacity_doubts(
    *,
    soh_percent: Decimal | None,
    weakest_percent: Decimal | None,
    charge_ah: Decimal | None,
    rated_ah: Decimal | None,
    window: tuple[Decimal, Decimal] | None,
) -> list[str]:
    """Return what is hardly plausible about a capacity test.

    :param weakest_percent: SOH of its weakest member.
    :param window: what its procedure takes for plausible, in parts of the rated charge.
    """
    found = []
    if window and rated_ah and charge_ah is not None and not _is_in(charge_ah / rated_ah, window):
        low, high = (_plain(end * 100) for end in window)
        part = f"{charge_ah / rated_ah * 100:.1f} % of the rated {_plain(rated_ah)} Ah"
        found.append(f"{_plain(charge_ah)} Ah is {part}, outside the procedure's {low} to {high} %")
    lowest = _plain(LOWEST_SOH_PERCENT)
    if not found and soh_percent is not None and soh_percent < LOWEST_SOH_PERCENT:
        found.append(f"SOH of {soh_percent:.1f} % is below {lowest} %")
    if weakest_percent is not None and weakest_percent < LOWEST_SOH_PERCENT:
        found.append(f"SOH of {weakest_percent:.1f} % of the weakest member is below {lowest} %")
    return found


def resistance_doubts(*, ir_mohm: Decimal | None, ir_ratio: Decimal | None) -> list[str]:
    """Return what is hardly plausible about a resistance; its ratio says more than its size."""
    if ir_mohm is None:
        return []
    if ir_ratio is not None:
        low, high = LIKELY_RATIO
        words = (
            f"{_plain(ir_mohm)} mΩ is {ir_ratio:.2f} × its baseline, outside {_plain(low)} to {_plain(high)}"
        )
        return [] if _is_in(ir_ratio, LIKELY_RATIO) else [words]
    low, high = LIKELY_MOHM
    words = f"{_plain(ir_mohm)} mΩ is outside {_plain(low)} to {_plain(high)} mΩ"
    return [] if _is_in(ir_mohm, LIKELY_MOHM) else [words]


def unconfirmed(doubts: Sequence[str], confirmation: str) -> dict[str, str]:
    """Ask whoever measured about ``doubts``, at the field of their answer; nothing where it is given."""
    if not doubts or confirmation.strip():
        return {}
    return {"confirmation": f"{'; '.join(doubts)}. {READ_AGAIN}"}


def _is_in(value: Decimal, window: tuple[Decimal, Decimal]) -> bool:
    return window[0] <= value <= window[1]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
