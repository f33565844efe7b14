"""Where the SDK keeps things on this machine: DAGY_LOCAL_DIR, else ~/.dagy."""

import os
from pathlib import Path

# In every archive: entrypoint, versions and the FlowSpec it was deployed with.
MANIFEST = "dagy.json"


def local_dir() -> Path:
    return Path(os.environ.get("DAGY_LOCAL_DIR") or Path.home() / ".dagy")


def private_folder(path: Path) -> Path:
    """Made, with what is missing above, for the owner alone; one that is there stays as it is."""
    for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    return path
