"""The installation that these tests visit."""

import os
from pathlib import Path

from tests.support.up import Up, until


def started(folder: Path) -> Up:
    """With its examples. TEST_UI_DIR names another build of the UI than the one in this tree."""
    build = {"DAGY_UI_DIR": os.environ["TEST_UI_DIR"]} if "TEST_UI_DIR" in os.environ else {}
    up = Up(folder, environment={"DAGY_RATE_LIMIT_PER_MINUTE": "0", **build}).start()
    until(lambda: "Examples deployed" in up.text, what="the deployment of the examples")
    return up
