"""What a Neware file says about its test: serial, channel, schedule, software."""

from collections.abc import Mapping
from typing import Any

_MOST_STEPS = 500
_PLAIN = {
    "barcode": "barcode",
    "sn": "test_name",
    "test_name": "test_name",
    "remarks": "remarks",
    "creator": "operator",
    "step_name": "schedule",
    "test_id": "test_id",
    "client_version": "software",
    "bts_version": "software",
    "server_version": "server_software",
    "hostname": "host",
}
_OF_THE_TEST = {
    "Barcode": "barcode",
    "SN": "test_name",
    "StepName": "schedule",
    "TestID": "test_id",
    "TestGuid": "test_guid",
    "CurrRange": "current_range_ma",
    "VoltRange": "voltage_range_v",
}


def meta_of(facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return when the test began, as written, and the facts by our names; blanks are left out."""
    test = _at(facts, "TestInfo", "TestInfo") or _at(facts, "TestInfo0", "TestInfo")
    if not isinstance(test, Mapping):
        told = {ours: facts[theirs] for theirs, ours in _PLAIN.items() if facts.get(theirs)}
        return str(facts.get("start_time") or ""), told | _version(facts)
    told = {ours: test[theirs] for theirs, ours in _OF_THE_TEST.items() if test.get(theirs)}
    channel = [str(test[part]) for part in ("DevID", "UnitID", "ChlID") if test.get(part)]
    if channel:
        told["channel"] = "-".join(channel)
    software = _at(facts, "VersionInfo", "ZwjVersion")
    if isinstance(software, Mapping) and software.get("CurrClientVer"):
        told["software"] = software["CurrClientVer"]
    if steps := _steps(_at(facts, "Step", "Step_Info")):
        told["steps"] = steps
    head = _at(facts, "Step", "Head_Info")
    for theirs, ours in (("Creator", "operator"), ("Remark", "remarks")):
        if value := _at(head, theirs, "Value"):
            told[ours] = value
    return str(test.get("StartTime") or ""), told


def _version(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"nda_version": facts["nda_version"]} if facts.get("nda_version") else {}


def _at(tree: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(name)
    return tree


def _steps(info: Any) -> list[dict[str, Any]]:
    """Return the schedule's steps with the limits as the file writes them, in the tester's own units."""
    if not isinstance(info, Mapping):
        return []
    steps = [each for name, each in info.items() if name.startswith("Step") and isinstance(each, Mapping)]
    return [
        {"step": each.get("Step_ID"), "type": each.get("Step_Type")} | _limits(_at(each, "Limit", "Main"))
        for each in steps[:_MOST_STEPS]
    ]


def _limits(main: Any) -> dict[str, Any]:
    if not isinstance(main, Mapping):
        return {}
    return {name: value for name, each in main.items() if (value := _at(each, "Value")) is not None}
