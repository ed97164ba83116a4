"""Read a tester's file, whatever it is, by what it holds and never by its name alone."""

from pathlib import Path

from grading.domain.cyclers import containers
from grading.domain.cyclers.table import Reading, StepReading


def read(path: Path) -> list[Reading | StepReading]:
    """Return every test of a file, one reading each, with the sign made explicit and nothing judged.

    Meant for the limited process of :mod:`grading.domain.cyclers.child`: a hostile file may take any memory
    and time here.

    :raises Unreadable: E_EMPTY without a record, E_FORMAT for what no reader knows or damage stops, E_PARSE.
    """
    # Imported when they are needed: a process that reads one file starts faster without the others.
    kind = containers.kind_of(path)
    if kind in (containers.NDA, containers.NDAX):
        from grading.domain.cyclers.neware import read_neware

        return [read_neware(path, kind=kind)]
    if kind == containers.RES:
        from grading.domain.cyclers.arbin_res import read_res
        from grading.domain.cyclers.assembling import numbered

        return numbered(list(read_res(path)))
    if kind == containers.MPR:
        from grading.domain.cyclers.biologic_mpr import read_mpr

        return [read_mpr(path)]
    if kind == containers.PARQUET:
        from grading.domain.cyclers.parquet import read_parquet

        return read_parquet(path)
    if kind == containers.WORKBOOK:
        from grading.domain.cyclers.workbook import read_workbook

        return read_workbook(path)
    from grading.domain.cyclers.text import read_text

    return read_text(path)
