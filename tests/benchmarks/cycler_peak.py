"""Read and derive one tester's file and print the peak memory of the limited process that does it."""

import json
import sys
import threading
from pathlib import Path

from grading.domain.cyclers.parameters import Parameters
from grading.domain.cyclers.sandbox import read_and_derive
from tests.benchmarks.cycler_files import RATED_AH, VOLTAGES
from tests.benchmarks.peak import watch


def main() -> None:
    """Read the file that the command line names; its table goes to the second name."""
    parameters = Parameters(
        rated_capacity_ah=RATED_AH, voltage_min_v=VOLTAGES[0], voltage_max_v=VOLTAGES[1], c_rate=1.0
    )
    peaks: dict[str, int] = {}
    is_over = threading.Event()
    watcher = threading.Thread(target=watch, args=(peaks, is_over))
    watcher.start()
    path, table = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        (test,) = read_and_derive(path, parameters=parameters, table_path=table)
    finally:
        is_over.set()
        watcher.join()
    found = {"rows": test["rows"], "chains": len(test["capacity_chains"])}
    found["flags"] = sorted({flag["code"] for flag in test["flags"]})
    print(json.dumps(found | {"reader_kb": max(peaks.values())}))


if __name__ == "__main__":
    main()
