"""Secrets by name: a task asks for a value when it needs one, and gets it in memory alone."""

import re

from dagy.context import current
from dagy.errors import BadParameterError, NoActiveRunError, TraceError
from dagy.source import user_frame
from dagy.tracing import active_trace

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
# Where `dagy run` and run_local(), which know no server, take values from.
LOCAL_PREFIX = "DAGY_SECRET_"


def secret(name: str) -> str:
    """The value of a secret, inside a task or a hook that a run executes.

    A server gives the secret of the run's environment, else the one for all environments; an
    attempt at a run sees the same version throughout. `dagy run` reads the environment variable
    DAGY_SECRET_<NAME>. What the run prints, returns or raises shows *** in place of the value.

    Args:
        name: Upper case letters, digits and _, such as "DB_PASSWORD".

    Raises:
        SecretNotFoundError: There is no such secret for the run's environment.
        SecretUnavailableError: It is there, and its value cannot be had now.
        NoActiveRunError: The code is not called by a run.
        TraceError: It is called in the body of a flow, and not in a task.

    Example:
        ```python
        @task
        def load() -> int:
            return len(fetch("https://example.com", token=dagy.secret("API_TOKEN")))
        ```
    """
    if active_trace() is not None:
        raise TraceError(
            f"secret {name!r} has no value while the flow is traced",
            hint="call dagy.secret() inside the task that needs the value",
            where=user_frame(),
        )
    context = current.get()
    if context is None:
        raise NoActiveRunError(
            f"no run is active here, so there is no secret {name!r}",
            hint="call dagy.secret() inside a task, not at the top of the module",
        )
    if not NAME.fullmatch(name):
        raise BadParameterError(
            "name",
            f"{name[:120]!r} is no name of a secret",
            hint="upper case letters, digits and _, at most 100, a letter first: DB_PASSWORD",
        )
    return context.load_secret(name)
