"""`import dagy` is small and fast."""

import subprocess
import sys

import pytest

import dagy


def test_import_is_fast_and_light():
    code = (
        "import time; started = time.process_time(); import dagy; "
        "print((time.process_time() - started) * 1000); import sys; "
        "print([name for name in ('asyncio', 'httpx', 'rich', 'pydantic', 'yaml', 'click', "
        "'zipfile', 'ctypes', 'dagy.client', 'dagy.runner') if name in sys.modules])"
    )
    best = 1e9
    for _ in range(3):
        out = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()
        assert out[1] == "[]"
        best = min(best, float(out[0]))
    assert best < 150


def test_every_public_name_is_there():
    for name in dagy.__all__:
        assert getattr(dagy, name) is not None
    with pytest.raises(AttributeError, match="module 'dagy' has no attribute 'nope'"):
        _ = dagy.nope
