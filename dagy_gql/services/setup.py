"""The first owner, made in the browser with a token that only whoever started the server has.

An address of this machine proves nothing: behind a proxy, everybody seems to come from here.
"""

import os
import secrets
from pathlib import Path

from dagy_gql.auth import access_log, tokens
from dagy_gql.enums import AccessEvent, AccessMethod
from dagy_gql.errors import Conflict, NotAllowed
from dagy_gql.repositories import accounts
from dagy_gql.runtime import Runtime
from dagy_gql.services import sessions
from dagy_gql.services.accounts import bootstrap, normalized
from dagy_gql.services.sessions import Member, Session
from dagy_gql.services.throttle import Throttle
from dagy_gql.settings import Settings


async def is_needed(rt: Runtime) -> bool:
    """Whether there is no user yet."""
    return not await accounts.has_users_all_orgs()


def token(settings: Settings) -> str:
    """The set-up token: the setting, or what a file that only we can read holds. Made if there is
    none, so that the servers of this machine agree and a restart changes nothing."""
    chosen = settings.setup_token.get_secret_value()
    if chosen:
        return chosen
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        made = tokens.new(tokens.SETUP_PREFIX).text
        file.write(made)
    return made


def _path(settings: Settings) -> Path:
    return settings.local_dir / "setup-token"


async def create_first_owner(
    rt: Runtime,
    throttle: Throttle,
    *,
    email: str,
    password: str,
    name: str,
    setup_token: str,
) -> Session:
    """Raises Conflict where somebody is there, NotAllowed, RateLimited, BadUserInput."""
    await throttle.attempt(rt)
    if not await is_needed(rt):
        raise Conflict("There is an owner already: sign in.")
    if not secrets.compare_digest(setup_token.encode(), token(rt.settings).encode()):
        await access_log.refused(
            AccessEvent.SIGN_IN_REFUSED, AccessMethod.PASSWORD, "wrong set-up token", email=email
        )
        raise NotAllowed(
            "The set-up token is wrong: the server prints it when it starts.", field="setupToken"
        )
    made = await bootstrap(rt, email, password, name=name, key_name="")
    if made is None:
        raise Conflict("There is an owner already: sign in.")
    _path(rt.settings).unlink(missing_ok=True)
    member = Member(made.user_id, normalized(email), made.org_id)
    return await sessions.start(rt, member, AccessMethod.PASSWORD)
