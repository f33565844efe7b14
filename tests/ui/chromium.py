"""The browser of the tests: the system's Chromium or Chrome, else the one that npm ships."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_HERE = Path(__file__).parent
# The package brings the libraries that a bare system lacks, and unpacks them on Lambda alone.
_AS_ON_LAMBDA = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
_UNPACK = "import c from '@sparticuz/chromium'; process.stdout.write(await c.executablePath())"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Chromium:
    path: str
    environment: dict[str, str | float | bool] = field(default_factory=dict)


def find() -> Chromium:
    """Raises CalledProcessError where there is none and npm's is not installed."""
    for name in _NAMES:
        if path := shutil.which(name):
            return Chromium(path)
    done = subprocess.run(
        ["node", "--input-type=module", "-e", _UNPACK],
        cwd=_HERE,
        env={**os.environ, **_AS_ON_LAMBDA},
        capture_output=True,
        text=True,
        check=True,
    )
    libraries = Path(tempfile.gettempdir(), "al2023", "lib")
    return Chromium(done.stdout, {"LD_LIBRARY_PATH": str(libraries)})
