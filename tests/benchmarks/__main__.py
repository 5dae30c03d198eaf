"""Run one benchmark by name: ``python -m tests.benchmarks NAME [--json] [--peers-python PATH]``; see script/bench."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import geo.engine.jit  # noqa: F401
from tests.benchmarks import data, distributed, growth, load, matrix, travel_time, whatif
from tests.benchmarks.cases import table

BENCHMARKS = {
    "travel_time": travel_time.run,
    "data": data.run,
    "whatif": whatif.run,
    "matrix": matrix.run,
    "load": load.run,
    "growth": growth.run,
    "distributed": distributed.run,
}
UNKNOWN = 2


def machine() -> str:
    """Return the processor, the number of cores and the load of the last minute in one line."""
    models = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    name = models[0] if models else platform.processor()
    load = os.getloadavg()[0]
    return f"{name}, {os.cpu_count()} cores, load of the last minute {load:.1f} before the start"


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark that the arguments name; return the exit code: 0 all met, 1 not, 2 no such benchmark."""
    parser = argparse.ArgumentParser(prog="script/bench", description="Measure our code side by side with its peers.")
    parser.add_argument("name", metavar="NAME", help=f"one of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", action="store_true", help="print the cases as JSON")
    parser.add_argument("--check-name", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--peers-python", default=sys.executable, help="the Python that has the peers")
    options = parser.parse_args(arguments)
    if options.name not in BENCHMARKS:
        print(f"script/bench: there is no benchmark {options.name}; known: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return UNKNOWN
    if options.check_name:
        return 0
    print(machine(), file=sys.stderr)
    cases = BENCHMARKS[options.name](options.peers_python)
    print(json.dumps({"cases": [case.as_json() for case in cases]}) if options.json else table(cases))
    return 0 if all(case.met for case in cases) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
