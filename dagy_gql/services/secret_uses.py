"""Secrets for runs: the version that an attempt is given, and the row that says so."""

import logging

from dagy.errors import SecretNotFoundError, SecretUnavailableError
from dagy.runner.protocol import ErrorInfo, SecretReply
from dagy_gql import tenancy
from dagy_gql.backends.base import RunSubmission
from dagy_gql.keys import SealError
from dagy_gql.repositories.secrets import RunAttempt, SecretRepository
from dagy_gql.runtime import Runtime

logger = logging.getLogger(__name__)


async def answer(rt: Runtime, run: RunSubmission, request_id: int, name: str) -> SecretReply:
    """What a run gets for a name. `run.known` masks the value from now on."""
    attempt = RunAttempt(run.run_id, run.fence, run.request.attempt)
    with tenancy.organization(run.org_id):
        found = await SecretRepository(run.org_id).give(name, attempt)
    if found is None:
        return SecretReply(request_id, error=_not_found(name, run.environment))
    try:
        value = rt.sealer.open(found["sealed_value"]).decode()
    except SealError as error:
        logger.error("a secret cannot be read", extra={"secret": name, "why": str(error)})
        return SecretReply(request_id, error=unavailable(name, str(error)))
    run.known.add(value)
    return SecretReply(request_id, value=value)


def unavailable(name: str, why: str) -> ErrorInfo:
    return ErrorInfo(
        code=SecretUnavailableError.code, message=f"the secret {name!r} cannot be read. {why}"
    )


def _not_found(name: str, environment: str | None) -> ErrorInfo:
    """Says nothing of the secrets that there are."""
    where, option = "", ""
    if environment is not None:
        where = f" for the environment {environment!r}, nor one for all environments"
        option = f" --environment {environment}"
    return ErrorInfo(
        code=SecretNotFoundError.code,
        message=f"there is no secret {name!r}{where}",
        hint=f"make it: dagy secrets set {name}{option}",
    )
