"""Which packs, instruments, channels and procedures the rows of a results file mean."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from grading.domain.results_file.fields import Kind
from grading.models import ProcedureVersion
from grading.queries.bench_runs import Means, means_of, procedure_text
from grading.services.results_files.staged import Staged
from intake.models import Pack

_CODE = "Correct the code, or see the page of instruments."


def match_packs(rows: Sequence[Staged]) -> None:
    """Find the pack of every row by serial, and by supplier where two use the same; one query."""
    serials = {row.values["serial"] for row in rows if "serial" in row.values}
    known: Mapping[str, list[Pack]] = defaultdict(list)
    packs = Pack.objects.newest_stay().filter(serial__in=serials)
    for pack in packs.select_related("pack_type", "supplier").order_by("pk"):
        known[pack.serial].append(pack)
    for row in rows:
        if serial := row.values.get("serial"):
            _match_pack(row, known.get(serial, []))


def _match_pack(row: Staged, packs: Sequence[Pack]) -> None:
    if not packs:
        row.wrong("serial", "pack", "No pack has this serial.", "Correct the serial.")
        return
    supplier = row.values.get("supplier", "").casefold()
    found = [pack for pack in packs if supplier in ("", pack.supplier.code.casefold())]
    if not found:
        row.wrong("supplier", "pack", "This supplier has no pack with this serial.", "Correct the code.")
    elif len(found) > 1:
        codes = ", ".join(sorted({pack.supplier.code for pack in found}))
        message = f"Several packs have this serial, of {codes}."
        row.wrong("supplier", "pack", message, "Write the supplier's code.")
    else:
        row.pack = found[0]


def match_means(rows: Sequence[Staged]) -> None:
    """Find what every row was measured with, by its codes; a handful of queries for any number of rows."""
    for kind in (Kind.CAPACITY, Kind.RESISTANCE):
        if of_kind := [row for row in rows if row.kind is kind]:
            means = means_of(kind=kind.value)
            for row in of_kind:
                _match_instrument(row, means)
                _match_procedure(row, means.procedures)
    if reported := [row for row in rows if row.kind is Kind.REPORTED and "procedure" in row.values]:
        screens = {
            procedure_text(version).casefold(): version
            for version in ProcedureVersion.objects.filter(kind=ProcedureVersion.Kind.SCREEN)
        }
        for row in reported:
            _match_procedure(row, screens)


def _match_instrument(row: Staged, means: Means) -> None:
    code = row.values.get("instrument", "")
    if not code:
        return
    instrument = means.instruments.get(code.casefold())
    if instrument is None:
        row.wrong(
            "instrument", "means", f"No instrument for this kind of test has the code {code[:40]}.", _CODE
        )
        return
    row.keys["instrument_id"] = instrument.pk
    if channel_code := row.values.get("channel", ""):
        channel = means.channels.get((instrument.pk, channel_code.casefold()))
        if channel is None:
            message = f"{instrument.code} has no channel {channel_code[:40]}."
            row.wrong("channel", "means", message, _CODE)
        else:
            row.keys["channel_id"] = channel.pk


def _match_procedure(row: Staged, procedures: Mapping[str, ProcedureVersion]) -> None:
    text, version = row.values.get("procedure", ""), row.values.get("procedure_version", "")
    if not text:
        if version:
            row.wrong("procedure", "means", "A version without the code of a procedure.", "Write the code.")
        return
    if version:
        text = f"{text} v{version.casefold().lstrip('v')}"
    found = procedures.get(" ".join(text.split()).casefold())
    if found is None:
        message = f"No procedure of this kind is called {text[:60]}."
        row.wrong("procedure", "means", message, "Write code and version, such as iso12405-capacity v1.")
    elif procedure_text(found).casefold() != " ".join(text.split()).casefold():
        # The code alone means the newest version today and another one tomorrow.
        message = f"The version is missing. The newest is {procedure_text(found)}."
        row.wrong("procedure", "means", message, "Write code and version.")
    else:
        row.keys["procedure_id"] = found.pk
