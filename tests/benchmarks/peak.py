"""Import one file in a process of its own and print the peak memory of it and of its reading process."""

import json
import sys
import threading
import time
from pathlib import Path

import django

_EVERY_S = 0.02


def _kilobytes(pid: str) -> int:
    """Return the peak of a process; unlike the usage that the kernel hands to a parent, it starts at zero."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0].split()[1]) if found else 0


def watch(peaks: dict[str, int], is_over: threading.Event) -> None:
    """Note the peak of each child of this process until it is over."""
    children = Path("/proc/self/task")
    while not is_over.is_set():
        for task in children.iterdir():
            for pid in (task / "children").read_text().split():
                peaks[pid] = max(peaks.get(pid, 0), _kilobytes(pid))
        time.sleep(_EVERY_S)


def main() -> None:
    """Import the file that the command line names."""
    django.setup()
    from intake.models import ManifestState
    from tests.benchmarks.manifests import import_of
    from tests.factories import make_supplier

    path = Path(sys.argv[1])
    supplier = make_supplier(f"P{time.time_ns() % 10**9}")
    peaks: dict[str, int] = {}
    is_over = threading.Event()
    watcher = threading.Thread(target=watch, args=(peaks, is_over))
    watcher.start()
    with path.open("rb") as content:  # as an upload comes: never whole in memory
        manifest = import_of(supplier, path.stem, content)
    is_over.set()
    watcher.join()
    assert manifest.state == ManifestState.IMPORTED, manifest.refusal
    print(json.dumps({"worker": _kilobytes("self"), "reader": max(peaks.values())}))


if __name__ == "__main__":
    main()
