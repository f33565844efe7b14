"""Where the SDK keeps things on this machine: DAGY_LOCAL_DIR, else ~/.dagy."""

import os
from pathlib import Path

# In every archive: entrypoint, versions and the FlowSpec it was deployed with.
MANIFEST = "dagy.json"


def local_dir() -> Path:
    return Path(os.environ.get("DAGY_LOCAL_DIR") or Path.home() / ".dagy")
