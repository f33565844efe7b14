"""The application of `tests/api`, for the suites of others."""

from tests.api.conftest import app, as_, http, org, owner

__all__ = ["app", "as_", "http", "org", "owner"]
