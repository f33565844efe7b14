"""The clients of a Dagy server: `DagyClient` blocks, `AsyncDagyClient` is awaited."""

from dagy.api.aio.client import AsyncDagyClient
from dagy.api.sync.client import DagyClient

__all__ = ["AsyncDagyClient", "DagyClient"]
