"""What the demo's packs are really like: drawn at random, by the habits of real fleets."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

FADE_PERCENT_PER_YEAR = 2.0
IR_RISE_PER_POINT = 0.035
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Kind:
    """One model of pack as its label describes it."""

    key: str
    """Key in the catalogue of pack types."""
    make: str
    model: str
    chemistry: str
    energy_kwh: str
    rated_ah: str
    nominal_v: str
    baseline_mohm: str
    """Assumed for the demo; no maker states it."""
    mass_kg: int
    built_from: int
    built_to: int
    soh_offset: float
    """Points by which this model ages better than the average."""
    weight: int
    """How often it comes."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One supplier: what it sells, and how far its word can be trusted."""

    code: str
    name: str
    country: str
    contact: str
    email: str
    dialect: str
    soh_method: str
    overstated_points: float
    """By how much it claims more SOH than there is."""
    damage_share: float
    undeclared_share: float
    """Part of its damaged packs that it declares sound."""
    missing_share: float
    tells_history: bool
    kinds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TruePack:
    """One pack as it is, and what its supplier says of it."""

    kind: Kind
    serial: str
    vin: str
    produced: date
    odometer_km: int
    soh_percent: Decimal
    weakest_percent: Decimal
    ir_ratio: Decimal
    claimed_soh_percent: Decimal
    damage: str
    """Code of the hazard that a close look finds; empty for a sound pack."""
    declared_damage: str
    arrives: bool
    skips_ir: bool
    """The first visit to the bench ends without a resistance test."""
    skips_weakest: bool
    cold: bool
    """Its first resistance test is done in the cold, so it does not compare."""
    mislabeled: bool

    @property
    def number(self) -> int:
        """The running number at the end of its serial."""
        return int(self.serial[-5:])


_ALL = (
    Kind("SAIC-MG-LFP50", "MG", "ZS", "LFP", "50.3", "131", "384", "84", 352, 2021, 2023, 4, 14),
    Kind("FORD-MACHE-LFP", "Ford", "Mustang Mach-E",
         "LFP", "78.2", "226", "346", "58", 510, 2022, 2024, 5, 9),
    Kind("BYD-TANG86", "BYD", "Tang EV", "LFP", "86.4", "135", "640", "120", 560, 2020, 2023, 3, 12),
    Kind("HON-FITEV20", "Honda", "Fit EV", "LTO", "20", "60", "331", "90", 190, 2012, 2014, 16, 2),
    Kind("NIS-LEAF24-AZE0", "Nissan", "Leaf", "LMO", "24", "66", "360", "96", 294, 2013, 2016, 2, 10),
    Kind("NIS-LEAF40", "Nissan", "Leaf", "NMC", "40", "115", "350", "62", 303, 2018, 2021, 2, 10),
    Kind("REN-ZOE40", "Renault", "Zoe", "NMC", "45.3", "131", "345.6", "70", 305, 2017, 2019, 1, 8),
    Kind("VW-ID3-58", "Volkswagen", "ID.3", "NMC712", "62", "156", "397", "64", 400, 2021, 2024, 9, 12),
    Kind("BMW-I3-60", "BMW", "i3", "NMC", "21.8", "60", "360", "105", 233, 2014, 2016, 0, 4),
    Kind("HYK-39", "Hyundai", "Kona", "NMC", "39.2", "120", "327", "75", 317, 2018, 2021, 3, 6),
    Kind("TES-S85", "Tesla", "Model S", "NCA", "85", "245", "346", "52", 540, 2013, 2016, 4, 4),
    Kind("DAC-SPRING27", "Dacia", "Spring", "Li-ion", "27.4", "120", "228", "80", 186, 2021, 2023, 2, 2),
    Kind("TOY-PRIUS-NIMH", "Toyota", "Prius", "NiMH", "1.3", "6.5", "202", "400", 19, 2009, 2012, 0, 1),
)  # fmt: skip
KINDS = {kind.key: kind for kind in _ALL}
_EUROPEAN = tuple(key for key in KINDS if key not in ("BYD-TANG86", "TOY-PRIUS-NIMH"))
SOURCES = (
    Source(
        code="DEMO", name="Demo Dismantlers", country="NL", contact="Dana Demir",
        email="supplier@demo.example",
        dialect="en", soh_method="bms", overstated_points=2, damage_share=0.05, undeclared_share=0.2,
        missing_share=0.02, tells_history=True, kinds=tuple(KINDS),
    ),
    Source(
        code="NORDFLEET", name="Nordfleet Leasing", country="NO", contact="Nils Aasen",
        email="nordfleet@demo.example", dialect="en", soh_method="telematics", overstated_points=0,
        damage_share=0.02, undeclared_share=0, missing_share=0, tells_history=True,
        kinds=("SAIC-MG-LFP50", "FORD-MACHE-LFP", "VW-ID3-58", "NIS-LEAF40", "HYK-39"),
    ),
    Source(
        code="RHEIN", name="Rhein-Neckar Autoverwertung", country="DE", contact="Renate Kern",
        email="rhein@demo.example", dialect="de", soh_method="bms", overstated_points=4, damage_share=0.06,
        undeclared_share=0.4, missing_share=0.03, tells_history=True, kinds=_EUROPEAN,
    ),
    Source(
        code="HAIGANG", name="Haigang Battery Trading", country="CN", contact="Hai Lan",
        email="haigang@demo.example", dialect="zh", soh_method="estimate", overstated_points=8,
        damage_share=0.07, undeclared_share=0.7, missing_share=0.06, tells_history=True,
        kinds=("BYD-TANG86", "SAIC-MG-LFP50", "NIS-LEAF40", "VW-ID3-58"),
    ),
    Source(
        code="QUAYSIDE", name="Quayside Traders", country="GB", contact="Quentin Ray",
        email="quayside@demo.example", dialect="en", soh_method="estimate", overstated_points=13,
        damage_share=0.12, undeclared_share=0.9, missing_share=0.10, tells_history=False, kinds=_EUROPEAN,
    ),
)  # fmt: skip
DECLARABLE = {"recalled": "recalled", "heating": "critical", "venting": "critical"}
"""Word in a manifest for a hazard; for all others it is "damaged"."""
_RARE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("SAIC-MG-LFP50", {"skips_weakest": True}),
    ("SAIC-MG-LFP50", {"skips_ir": True}),
    ("SAIC-MG-LFP50", {"cold": True}),
    ("SAIC-MG-LFP50", {"damage": "connector_damage"}),
    ("SAIC-MG-LFP50", {"damage": "heating", "declared_damage": "heating"}),
    ("SAIC-MG-LFP50", {"mislabeled": True}),
    ("TOY-PRIUS-NIMH", {}),
    ("DAC-SPRING27", {}),
)
_DAMAGES = (
    "swelling", "deformation", "crash", "water", "dried_leak", "connector_damage", "recalled", "heating",
)  # fmt: skip


def draw_packs(*, source: Source, count: int, first_number: int, on: date, random: Random) -> list[TruePack]:
    """Return ``count`` packs as ``source`` would send them on the day ``on``."""
    keys = random.choices(source.kinds, [KINDS[key].weight for key in source.kinds], k=count)
    return [_draw(KINDS[key], source, first_number + n, on, random) for n, key in enumerate(keys)]


def draw_rare_packs(*, source: Source, on: date, random: Random) -> list[TruePack]:
    """Return one pack for each thing that is too rare to leave to chance in a small fleet."""
    drawn = [_draw(KINDS[key], source, n, on, random) for n, (key, _) in enumerate(_RARE, start=1)]
    plain: dict[str, Any] = {"damage": "", "declared_damage": "", "arrives": True}
    return [replace(pack, **plain | change) for pack, (_, change) in zip(drawn, _RARE, strict=True)]


def mended(pack: TruePack) -> TruePack:
    """Return the pack with its damage repaired."""
    return replace(pack, damage="")


def _draw(kind: Kind, source: Source, number: int, on: date, random: Random) -> TruePack:
    built = date(random.randint(kind.built_from, kind.built_to), random.randint(1, 12), random.randint(1, 28))
    produced = min(built, on - timedelta(days=400))
    age_years = (on - produced).days / 365.25
    soh = random.gauss(84 - FADE_PERCENT_PER_YEAR * age_years + kind.soh_offset, 5)
    soh = min(max(soh - 25 * (random.random() < 0.03), 10), 101)
    ratio = (1 + IR_RISE_PER_POINT * (100 - min(soh, 100))) * math.exp(random.gauss(0, 0.07))
    damage = random.choice(_DAMAGES) if random.random() < source.damage_share else ""
    is_declared = bool(damage) and random.random() >= source.undeclared_share
    claimed = random.gauss(soh + source.overstated_points, 2)
    return TruePack(
        kind=kind,
        serial=f"{source.code[:2]}-{kind.key.split('-', 1)[1]}-{number:05}",
        vin="DEM" + "".join(random.choices(_VIN_LETTERS, k=14)),
        produced=produced,
        odometer_km=int(age_years * random.uniform(9_000, 19_000)),
        soh_percent=rounded(soh, 2),
        weakest_percent=rounded(max(soh - abs(random.gauss(0, 3)), 1), 1),
        ir_ratio=rounded(ratio, 3),
        claimed_soh_percent=rounded(min(max(claimed, 40), 100), 1),
        damage=damage,
        declared_damage=damage if is_declared else "",
        arrives=random.random() >= source.missing_share,
        skips_ir=random.random() < 0.04,
        skips_weakest=random.random() < 0.03,
        cold=random.random() < 0.03,
        mislabeled=random.random() < 0.01,
    )


def rounded(value: float, places: int) -> Decimal:
    """Return ``value`` with ``places`` decimal places, as a person would write it down."""
    return Decimal(f"{value:.{places}f}")


def retired_on(pack: TruePack, *, sent: date) -> date:
    """Return when the pack left its vehicle: some weeks before it was sent."""
    return max(sent - timedelta(days=20 + pack.odometer_km % 70), pack.produced)
