"""Cell chemistry: the classes that policies route by, with the names that suppliers give them."""

import re
import unicodedata
from enum import StrEnum


class Chemistry(StrEnum):
    """A class of cell chemistry; the value is the code stored, compared and printed."""

    LFP = "LFP"
    LMFP = "LMFP"
    LTO = "LTO"
    NMC = "NMC"
    NCA = "NCA"
    LCO = "LCO"
    LMO = "LMO"
    NI_BLEND = "NI_BLEND"
    NA_ION = "NA_ION"
    SOLID_STATE = "SOLID_STATE"
    OTHER_LI = "OTHER_LI"
    UNKNOWN = "UNKNOWN"
    NIMH = "NIMH"
    PB = "PB"
    NICD = "NICD"

    @property
    def label(self) -> str:
        """Say the class in words."""
        return _LABELS[self]


_LABELS = {
    Chemistry.LFP: "Lithium iron phosphate (LFP)",
    Chemistry.LMFP: "Lithium manganese iron phosphate (LMFP)",
    Chemistry.LTO: "Lithium titanate (LTO)",
    Chemistry.NMC: "Nickel manganese cobalt (NMC)",
    Chemistry.NCA: "Nickel cobalt aluminum (NCA)",
    Chemistry.LCO: "Lithium cobalt oxide (LCO)",
    Chemistry.LMO: "Lithium manganese oxide (LMO)",
    Chemistry.NI_BLEND: "Blend with nickel or cobalt",
    Chemistry.NA_ION: "Sodium-ion",
    Chemistry.SOLID_STATE: "Solid state",
    Chemistry.OTHER_LI: "Other lithium chemistry",
    Chemistry.UNKNOWN: "Unknown",
    Chemistry.NIMH: "Nickel metal hydride (NiMH)",
    Chemistry.PB: "Lead-acid",
    Chemistry.NICD: "Nickel cadmium (NiCd)",
}

# Matched after NFKC, casefold and removal of everything but letters and digits.
_ALIASES = {
    Chemistry.NMC: "nmc ncm nmca ncma linimncoo2 linmc lincm ternary nickelmanganesecobalt "
    "nickelmangankobalt 三元 三元锂 三元材料 三元锂电池 三元锂离子 镍钴锰 镍钴锰酸锂",
    Chemistry.NCA: "nca linicoalo2 nickelcobaltaluminum nickelcobaltaluminium nickelkobaltaluminium "
    "镍钴铝 镍钴铝酸锂",
    Chemistry.LFP: "lfp lifepo4 lifepo life lip lithiumironphosphate lithiumeisenphosphat "
    "lithiumferrophosphate eisenphosphat blade bladebattery 磷酸铁锂 磷酸铁锂电池 铁锂 刀片 刀片电池",
    Chemistry.LMFP: "lmfp limnfepo4 lithiummanganeseironphosphate 磷酸锰铁锂",
    Chemistry.LMO: "lmo limn2o4 spinel spinell mangan manganese lithiummanganeseoxide "
    "lithiummanganoxid 锰酸锂",
    Chemistry.LCO: "lco licoo2 lithiumcobaltoxide lithiumkobaltoxid 钴酸锂",
    Chemistry.LTO: "lto li4ti5o12 titanate lithiumtitanate lithiumtitanat titanat scib 钛酸锂",
    Chemistry.NA_ION: "naion sodium sodiumion natrium natriumion sib 钠离子 钠离子电池 钠电",
    Chemistry.SOLID_STATE: "solidstate assb feststoff feststoffbatterie 固态 固态电池",
    Chemistry.NIMH: "nimh nickelmetalhydride nickelmetallhydrid 镍氢 镍氢电池",
    Chemistry.NICD: "nicd nickelcadmium 镍镉 镍镉电池",
    Chemistry.PB: "pb lead leadacid blei bleisäure bleiakku agm vrla 铅酸 铅酸电池",
    Chemistry.OTHER_LI: "otherli otherlithium",
    # These words name a family or a form, not a chemistry.
    Chemistry.UNKNOWN: "liion lithium lithiumion lithiumionen lipo evbattery unknown unbekannt "
    "锂电池 锂离子 锂离子电池 未知",
}
_CLASS_OF = {alias: chemistry for chemistry, aliases in _ALIASES.items() for alias in aliases.split()}
_CLASS_OF |= {"niblend": Chemistry.NI_BLEND, "blend": Chemistry.NI_BLEND}
_NICKEL_RICH = re.compile(r"(?:li)?(nmc|ncm|nmca|ncma|nca)([0-9]{2,4}|xyz)?")
_BLEND_SIGN = re.compile(r"[/+&,;]|\b(?:und|and|with|mit)\b")
_NOT_LETTER_OR_DIGIT = re.compile(r"[\W_]+")


def _one(text: str) -> tuple[Chemistry, str] | None:
    name = _NOT_LETTER_OR_DIGIT.sub("", text)
    if found := _NICKEL_RICH.fullmatch(name):
        return (Chemistry.NCA if found[1] == "nca" else Chemistry.NMC), found[2] or ""
    chemistry = _CLASS_OF.get(name)
    return None if chemistry is None else (chemistry, "")


def resolve_chemistry(text: str) -> tuple[Chemistry, str]:
    """Resolve a supplier's word to a class with its detail ("NMC622" gives NMC and "622").

    Blends keep their spelling as the detail; one with a nickel or cobalt member is NI_BLEND, the
    strictest member's class. A word that names no chemistry is UNKNOWN, with the word as the detail.
    Source: alias lists collected from supplier manifests in English, German and Chinese.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    if found := _one(folded):
        return found if found[0] is not Chemistry.UNKNOWN else (found[0], text.strip())
    members = [_one(part) for part in _BLEND_SIGN.split(folded) if part.strip()]
    classes = {member[0] for member in members if member} - {Chemistry.UNKNOWN}
    if len(members) < 2 or None in members or not classes:
        return Chemistry.UNKNOWN, text.strip()
    if len(classes) == 1:
        return classes.pop(), text.strip()
    nickel = classes & {Chemistry.NMC, Chemistry.NCA, Chemistry.LCO, Chemistry.NI_BLEND}
    return (Chemistry.NI_BLEND if nickel else Chemistry.OTHER_LI), text.strip()
