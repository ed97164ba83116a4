"""What a tester was doing, from the word or letter that its maker uses for it."""

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grading.domain.cyclers.table import CHARGE, DISCHARGE, REST, UNKNOWN

_DISCHARGE = re.compile(
    r"discharg|dischg|dchg|dchrg|dis chg|entlad|放电|放電|^(cc|cv|cp|cr)?_?dis$|^d$|^dch$|^ela$|rated$|^d_"
)
_CHARGE = re.compile(r"charg|chg|chrg|^laden|aufladen|充电|充電|^c$|^cha?$|^lad$|ratec$|^c_")
_REST = re.compile(
    r"^r$|^p$|^s$|rest|pause|paus$|^pau$|^ocv$|open circuit|idle|ruhe|静置|靜置|搁置|休止|^w(ai)?t"
)


def state_of(word: str) -> int:
    """Return REST, CHARGE, DISCHARGE or, for a word that says none of them, UNKNOWN."""
    folded = word.strip().casefold()
    if "charge/discharge" in folded or "充放" in folded:
        return UNKNOWN
    for pattern, state in ((_DISCHARGE, DISCHARGE), (_CHARGE, CHARGE), (_REST, REST)):
        if pattern.search(folded):
            return state
    return UNKNOWN


def states_of(words: pl.Series) -> NDArray[np.int8]:
    """Return the state of each word; shape (n,)."""
    filled = words.fill_null("")
    different = filled.unique()
    found = [state_of(word) for word in different]
    return filled.replace_strict(different, found, return_dtype=pl.Int8).to_numpy()
