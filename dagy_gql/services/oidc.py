"""Sign-in through the installation's OpenID provider: there, and back once."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from dagy_gql import clock, db
from dagy_gql.auth import access_log, tokens
from dagy_gql.auth import claims as claim
from dagy_gql.auth.claims import Person
from dagy_gql.auth.jwks import BadToken
from dagy_gql.auth.jwt import highest
from dagy_gql.auth.oidc import Answer, OidcProvider
from dagy_gql.auth.redirects import same_origin_path
from dagy_gql.enums import AccessEvent, AccessMethod, Role
from dagy_gql.errors import Unavailable
from dagy_gql.repositories import identities
from dagy_gql.repositories.identities import Attempt
from dagy_gql.runtime import Runtime
from dagy_gql.services import federation, sessions
from dagy_gql.services.federation import Rules, SignInRefused
from dagy_gql.services.sessions import Session
from dagy_gql.services.throttle import Throttle
from dagy_gql.settings import Settings, listed

ATTEMPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Departure:
    """`state` also goes into a cookie: only the browser that left may come back."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Return:
    """What the provider sent the browser back with; `cookie` is what the browser kept."""

    state: str
    cookie: str
    code: str
    issuer: str | None
    error: str


@dataclass(frozen=True, slots=True)
class Arrival:
    session: Session
    return_to: str


async def begin(
    rt: Runtime, provider: OidcProvider, throttle: Throttle, *, redirect_uri: str, return_to: str
) -> Departure:
    """Raises RateLimited, Unavailable."""
    await throttle.attempt(rt)
    request, now = await provider.request(redirect_uri), clock.now()
    attempt = Attempt(
        state_hash=tokens.digest(request.state),
        nonce=request.nonce,
        code_verifier=request.code_verifier,
        return_to=same_origin_path(return_to) or "/",
        expires_at=now + timedelta(seconds=ATTEMPT_SECONDS),
    )
    async with db.transaction(audited=False):
        await identities.begin_attempt_all_orgs(attempt, now)
    return Departure(request.url, request.state)


async def finish(
    rt: Runtime, provider: OidcProvider, throttle: Throttle, came: Return, *, redirect_uri: str
) -> Arrival:
    """Raises SignInRefused with a code, having logged it."""
    try:
        answer, return_to = await _answer(provider, came, redirect_uri)
    except SignInRefused as error:
        await access_log.refused(AccessEvent.SIGN_IN_REFUSED, AccessMethod.OIDC, error.message)
        raise
    rules = _rules(rt.settings, answer)
    await _require_domain(rt.settings, answer.person)
    member = await federation.admitted(rt, answer.person, rules, AccessMethod.OIDC)
    await throttle.succeeded(rt)
    return Arrival(await sessions.start(rt, member, AccessMethod.OIDC), return_to)


async def _answer(provider: OidcProvider, came: Return, redirect_uri: str) -> tuple[Answer, str]:
    if not came.state or not secrets.compare_digest(came.state.encode(), came.cookie.encode()):
        raise SignInRefused("state", "The sign-in did not begin in this browser.")
    async with db.transaction(audited=False):
        attempt = await identities.take_attempt_all_orgs(tokens.digest(came.state))
    if attempt is None or attempt["expires_at"] <= clock.now():
        raise SignInRefused("expired", "The sign-in took too long, or was used already.")
    if came.error or not came.code:
        raise SignInRefused("refused", f"The provider refused: {came.error or 'no code'}.")
    try:
        answer = await provider.answer(
            came.code,
            issuer=came.issuer,
            nonce=attempt["nonce"],
            code_verifier=attempt["code_verifier"],
            redirect_uri=redirect_uri,
        )
    except BadToken as error:
        raise SignInRefused("invalid", f"The provider's answer is not valid: {error}.") from error
    except Unavailable as error:
        raise SignInRefused("unavailable", error.message) from error
    return answer, attempt["return_to"]


def _rules(settings: Settings, answer: Answer) -> Rules:
    mapping, default = settings.oidc_group_roles, settings.oidc_default_role
    role = Role(default) if default else None
    if mapping:
        groups = claim.texts(claim.at(answer.claims, settings.oidc_groups_claim))
        role = highest(groups, mapping) or role
    return Rules(settings.oidc_organization, role, decides=bool(mapping))


async def _require_domain(settings: Settings, person: Person) -> None:
    allowed = {domain.lower() for domain in listed(settings.oidc_allowed_domains)}
    domain = (person.email or "").rpartition("@")[2]
    if not allowed or (person.is_verified and domain in allowed):
        return
    await access_log.refused(
        AccessEvent.SIGN_IN_REFUSED, AccessMethod.OIDC, "foreign domain", email=person.email
    )
    raise SignInRefused("domain", f"Addresses of {domain!r} do not sign in here.")
