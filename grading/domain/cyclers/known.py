"""Every format that the readers know, and where each occurs."""

from grading.domain.cyclers.vendors.arbin import ARBIN
from grading.domain.cyclers.vendors.basytec import BASYTEC
from grading.domain.cyclers.vendors.bdf import BDF
from grading.domain.cyclers.vendors.biologic import BIOLOGIC
from grading.domain.cyclers.vendors.bitrode import BITRODE
from grading.domain.cyclers.vendors.digatron import DIGATRON
from grading.domain.cyclers.vendors.landt import LANDT
from grading.domain.cyclers.vendors.maccor import MACCOR
from grading.domain.cyclers.vendors.nebula import NEBULA
from grading.domain.cyclers.vendors.neware import NEWARE
from grading.domain.cyclers.vendors.novonix import NOVONIX
from grading.domain.cyclers.vendors.pec import PEC
from grading.domain.cyclers.vendors.plain import PLAIN
from grading.domain.cyclers.vendors.pydpeet import PYDPEET

TEXT = (
    PLAIN,
    NEWARE,
    ARBIN,
    BIOLOGIC,
    MACCOR,
    BASYTEC,
    NOVONIX,
    LANDT,
    PEC,
    BITRODE,
    DIGATRON,
    BDF,
    PYDPEET,
    NEBULA,
)
"""The order decides between two that know equally much of a heading."""
HEADLESS = tuple(form for form in TEXT if form.headless)
WORKBOOK = (PLAIN, NEWARE, ARBIN, LANDT, MACCOR, PEC, DIGATRON, BDF, NEBULA)
PARQUET = (PLAIN, BDF, PYDPEET, NEWARE, ARBIN)
