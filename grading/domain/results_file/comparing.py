"""Whether a typed state of health agrees with the charge or energy beside it."""

from decimal import Decimal

TOLERANCE_POINTS = Decimal("0.1")
"""What rounding to one decimal place, on paper or by a tester, can make."""


def soh_disagreement(typed: Decimal, measured: Decimal, reference: Decimal) -> str:
    """Say how a typed SOH contradicts measured over reference; empty when it does not.

    :param typed: in percent.
    :param measured: in the unit of ``reference``, which is not zero.
    """
    computed = measured / reference * 100
    if abs(typed - computed) <= TOLERANCE_POINTS:
        return ""
    return (
        f"The SOH is written as {typed.normalize():f} %, but {measured.normalize():f} of "
        f"{reference.normalize():f} is {computed:.2f} %."
    )


FIX = "Correct whichever is wrong; SOH itself is never taken from the file."
