"""`python -m dagy.reimport`: imports a packed flow as a worker would, and reports its spec.

Run by `verification`; never in the process of a user."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from dagy.runner.loader import failure, load
from dagy.runner.protocol import ErrorInfo
from dagy.shifted_clock import shift_clock
from dagy.spec import FlowSpec


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`places` has file:line by task key; `missing` names the
    module that was not found."""

    spec: FlowSpec | None = None
    places: dict[str, str] = {}
    error: ErrorInfo | None = None
    missing: str | None = None


def main() -> NoReturn:
    parser = argparse.ArgumentParser(prog="python -m dagy.reimport")
    parser.add_argument("--source", required=True)
    parser.add_argument("--entrypoint", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--shift-seconds", type=int, default=0)
    options = parser.parse_args()
    _forget_python_path()
    if options.shift_seconds:
        shift_clock(options.shift_seconds)
    report = _report(options.source, options.entrypoint)
    Path(options.report).write_bytes(msgspec.json.encode(report))
    # Threads that the module has started, and its atexit functions, are none of our business.
    os._exit(0)


def _report(source: str, entrypoint: str) -> Report:
    sys.path.insert(0, source)
    try:
        _, traced = load(source, entrypoint)
    except BaseException as error:  # user code at import, sys.exit() too
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        return Report(error=failure(error), missing=missing)
    return Report(spec=traced.spec, places=traced.places)


def _forget_python_path() -> None:
    """Workers do not share it; what is imported from there must be packed. Our own code may
    come from it."""
    ours = str(Path(__file__).parent.parent)
    given = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    lost = {os.path.abspath(each) for each in given if each} - {ours}
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) not in lost]


if __name__ == "__main__":
    main()
