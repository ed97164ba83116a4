"""Which fields each part of a policy holds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grading.domain.matrix import GRADES
from grading.domain.policy_own_tables import may_have_own_table
from grading.domain.policy_shape import OVERLAY_KINDS, ROUTES
from grading.domain.policy_soundness import ACCEPTING
from grading.domain.policy_table import table_names
from grading.web.policy_fields import Spec
from rebattery.ui.labels import GRADES as GRADE_WORDS

Document = Mapping[str, Any]
GRADE_CHOICES = [(grade, f"{grade} {GRADE_WORDS.get(grade, '')}".strip()) for grade in GRADES]
_SOURCES = [("lab", "Bench"), ("bms", "BMS"), ("telematics", "Telematics"), ("estimate", "Estimate")]


@dataclass(frozen=True)
class Group:
    """Fields that belong together; ``path`` names the item of a list that can be removed."""

    title: str
    specs: tuple[Spec, ...]
    path: tuple[str, int] | None = None

    @property
    def removal(self) -> str:
        return f"remove__{self.path[0]}__{self.path[1]}" if self.path else ""


def _name(document: Document) -> Iterator[Group]:
    yield Group(
        "Name",
        (
            Spec(("id",), "Code", "name", hint="Keep it for the next version; another begins its own row."),
            Spec(("title",), "Title", "text"),
        ),
    )
    hint = "One a line, each beginning with confirmed:, not confirmed: or own choice:"
    yield Group("Sources", (Spec(("sources",), "Sources", "sources", hint=hint, leaves_out=True),))


def _limits(document: Document) -> Iterator[Group]:
    yield Group(
        "Floors",
        (
            Spec(("floors", "weakest_percent"), "Weakest cell at least", "number", "%", high=100),
            Spec(("floors", "pack_percent"), "Pack at least", "number", "%", high=100),
            Spec(("guard_band_pts",), "Guard band taken off the SOH", "number", "points"),
        ),
    )
    yield Group(
        "Said to be near a limit within",
        (
            Spec(("near_limits", "soh_percent"), "SOH", "number", "points"),
            Spec(("near_limits", "ir_ratio"), "Resistance", "number", "×"),
            Spec(("near_limits", "weakest_cell_soh_percent"), "Weakest cell", "number", "points"),
        ),
    )


def _evidence(document: Document) -> Iterator[Group]:
    codes = "Codes with blanks between them. Empty: any procedure counts."
    at = ("evidence",)
    yield Group(
        "What counts",
        (
            Spec((*at, "soh_sources_allowed"), "Sources of an SOH that grade", "choices", choices=_SOURCES),
            Spec((*at, "max_age_days"), "A measurement counts for", "count", is_optional=True, hint="Days."),
            Spec(
                (*at, "procedures", "capacity"), "Procedures of capacity", "codes", "", codes, (), False, True
            ),
            Spec(
                (*at, "procedures", "resistance"),
                "Procedures of resistance",
                "codes",
                "",
                codes,
                (),
                False,
                True,
            ),
        ),
    )
    taken, hold = "Standard uncertainties taken off the SOH", "Held when nearer to a limit than"
    yield Group(
        "What holds a pack",
        (
            Spec((*at, "needs_ir"), "A missing resistance, where it decides", "yes"),
            Spec((*at, "needs_weakest"), "A missing weakest cell, where it decides", "yes"),
            Spec((*at, "k_lower_bound"), taken, "number", is_optional=True),
            Spec((*at, "undecided_factor"), hold, "number", "standard uncertainties", is_optional=True),
        ),
    )
    yield Group("Conditions of the tests", tuple(_windows(document)))


def _windows(document: Document) -> Iterator[Spec]:
    units = {
        "temperature_degc": ("temperature", "°C"),
        "soc_percent": ("SOC", "%"),
        "c_rate": ("C-rate", "C"),
    }
    for test, windows in sorted(document["test_conditions"].items()):
        for key in sorted(windows):
            word, unit = units.get(key, (key, ""))
            for end, ending in enumerate(("from", "to")):
                path = ("test_conditions", test, key, end)
                yield Spec(path, f"{test.capitalize()}: {word} {ending}", "number", unit)


def _chemistries(document: Document) -> Iterator[Group]:
    choices = [(name, name) for name in table_names(document)]
    choices += [(name, name.replace("_", " ").capitalize()) for name in sorted(document["class_rules"])]
    specs = (
        Spec(
            ("chemistry_classes", code, "treat_as"),
            entry["label"],
            "choice",
            choices=[*choices, *([(code, OWN_TABLE)] if may_have_own_table(document, code) else [])],
        )
        for code, entry in document["chemistry_classes"].items()
    )
    yield Group("Which table judges a chemistry", tuple(specs))


OWN_TABLE = "A table of its own"


def _overlays(document: Document) -> Iterator[Group]:
    kinds = [(kind, kind.capitalize()) for kind in OVERLAY_KINDS]
    tables = [(name, name) for name in table_names(document)]
    for index, entry in enumerate(document["overlays"]):
        at = ("overlays", index)
        yield Group(
            entry["code"],
            (
                Spec((*at, "code"), "Code", "code"),
                Spec((*at, "kind"), "Asked by", "choice", choices=kinds, is_optional=True, leaves_out=True),
                Spec((*at, "party"), "Whose, in words", "text", is_optional=True, leaves_out=True),
                Spec((*at, "when"), "Applies when", "terms", hint="One condition a line; all must hold."),
                Spec((*at, "classes"), "Only for", "choices", choices=tables, is_optional=True),
                Spec((*at, "grades"), "Only on grades", "choices", choices=GRADE_CHOICES, is_optional=True),
                Spec((*at, "grade"), "At best grade", "choice", choices=GRADE_CHOICES, is_optional=True),
                Spec(
                    (*at, "route"), "with route", "choice", choices=route_choices(document), is_optional=True
                ),
            ),
            at,
        )


def route_choices(document: Document) -> list[tuple[str, str]]:
    return [(route, document["routes"][route]["label"]) for route in ROUTES]


def _ways(document: Document) -> Iterator[Group]:
    for route, label in route_choices(document):
        at = ("routes", route)
        certificate = Spec((*at, "certificate"), "A pack can get a certificate", "yes")
        yield Group(label, (Spec((*at, "label"), "Name", "text"), certificate))
    yield Group(
        "A reviewer looks at",
        (
            Spec(("review", "grades"), "Grades", "choices", choices=GRADE_CHOICES),
            Spec(("review", "flags"), "Conditions and remarks", "codes", hint="Codes with blanks between."),
        ),
    )


def _applications(document: Document) -> Iterator[Group]:
    for index, entry in enumerate(document["applications"]):
        at = ("applications", index)
        yield Group(
            entry["label"],
            (
                Spec((*at, "code"), "Code", "code"),
                Spec((*at, "label"), "Name", "text"),
                Spec((*at, "routes"), "On the routes", "choices", choices=route_choices(document)),
                Spec((*at, "min_usable_kwh"), "Usable energy at least", "number", "kWh"),
                Spec((*at, "voltage_v", 0), "Voltage from", "number", "V"),
                Spec((*at, "voltage_v", 1), "Voltage to", "number", "V"),
                Spec((*at, "min_current_a"), "Current at least", "number", "A", is_optional=True),
                Spec((*at, "min_c_rate"), "C-rate at least", "number", "C", is_optional=True),
                Spec((*at, "rebuild"), "Modules may be regrouped to the voltage", "yes"),
            ),
            at,
        )


def _warranty(document: Document) -> Iterator[Group]:
    bases = [("certified_at_sale", "Capacity certified at sale"), ("nameplate", "Nameplate capacity")]
    watch = [(word, word.capitalize()) for word in ("none", "optional", "mandatory")]
    for key, entry in sorted(document["warranty"].items()):
        at = ("warranty", key)
        yield Group(
            f"Warranty {entry['label']}",
            (
                Spec((*at, "label"), "Name", "text"),
                Spec((*at, "by_default"), "Comes with the grade", "yes"),
                Spec((*at, "term_months"), "Months", "count"),
                Spec((*at, "cycles"), "Full cycles", "count"),
                Spec((*at, "threshold_percent"), "Down to", "number", "%", high=100),
                Spec((*at, "residual_basis"), "of", "choice", choices=bases),
                Spec((*at, "monitoring"), "Cycle monitoring", "choice", choices=watch),
                Spec((*at, "note"), "Note", "optional"),
            ),
        )


def _validity(document: Document) -> Iterator[Group]:
    for grade in ACCEPTING:
        at = ("grade_validity", grade)
        hint = "Months of storage. Empty: it does not run out."
        yield Group(
            f"Grade {grade}",
            (
                Spec((*at, "storage_months"), "Holds for", "count", "", hint, (), True, True),
                Spec(
                    (*at, "remeasure_months"), "Measured again after", "count", "", "Months.", (), True, True
                ),
            ),
        )


def _texts(document: Document) -> Iterator[Group]:
    specs = (Spec(("texts", code), code, "long") for code in sorted(document["texts"]))
    yield Group("What a person reads", tuple(specs))


GROUPS: dict[str, Callable[[Document], Iterator[Group]]] = {
    "name": _name,
    "limits": _limits,
    "evidence": _evidence,
    "chemistries": _chemistries,
    "overlays": _overlays,
    "routes": _ways,
    "applications": _applications,
    "warranty": _warranty,
    "validity": _validity,
    "texts": _texts,
}
