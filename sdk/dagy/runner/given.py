"""What a process does with a secret that it is given: masks it, and lets nobody look inside."""

from dagy.errors import DagyError, SecretNotFoundError, SecretUnavailableError
from dagy.masking import known
from dagy.runner.processes import hide_memory
from dagy.runner.protocol import SecretReply


def value_of(reply: SecretReply) -> str:
    """The value, known to the masker from now on. Raises what the host had to say instead."""
    if reply.value is not None:
        if not known:
            hide_memory()
        known.add(reply.value)
        return reply.value
    assert reply.error is not None
    kind: type[DagyError] = SecretUnavailableError
    if reply.error.code == SecretNotFoundError.code:
        kind = SecretNotFoundError
    raise kind(reply.error.message, hint=reply.error.hint)
