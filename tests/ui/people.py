"""People of these tests, made and signed in through the API."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser

from dagy.client import DagyClient

EMAIL = "owner@dagy.local"
PASSWORD = "correct horse battery"

_LOGIN = "mutation($i: LoginInput!) { login(input: $i) { expiresAt } }"
_INVITE = "mutation($i: CreateInvitationInput!) { createInvitation(input: $i) { link } }"
_ACCEPT = """mutation($i: AcceptInvitationInput!) {
  acceptInvitation(input: $i) { viewer { user { id } } }
}"""
_RESET = "mutation($i: CreatePasswordResetInput!) { createPasswordReset(input: $i) { link } }"


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    email: str
    password: str


async def signed_in(browser: Browser, base: str, email: str, password: str) -> Any:
    """The cookies of a new session."""
    context = await browser.new_context(base_url=base)
    answer = await context.request.post(
        "/graphql",
        data={"query": _LOGIN, "variables": {"i": {"email": email, "password": password}}},
        headers={"Origin": base},
    )
    assert "errors" not in await answer.json(), await answer.text()
    state = await context.storage_state()
    await context.close()
    return state


def invitation(client: DagyClient, email: str, *, role: str) -> str:
    """The path of the link that the invited person opens."""
    return _path(client.execute(_INVITE, {"i": {"email": email, "role": role}}), "createInvitation")


def invited(client: DagyClient, email: str, *, role: str) -> Member:
    """Somebody who has accepted already."""
    token = parse_qs(urlsplit(invitation(client, email, role=role)).query)["invitation"][0]
    given = {"token": token, "name": email.split("@")[0].title(), "password": PASSWORD}
    accepted = client.execute(_ACCEPT, {"i": given})["acceptInvitation"]
    return Member(accepted["viewer"]["user"]["id"], email, PASSWORD)


def password_reset(client: DagyClient, member: Member) -> str:
    """The path of the link that lets the member choose a new password."""
    return _path(client.execute(_RESET, {"i": {"userId": member.id}}), "createPasswordReset")


def _path(data: dict[str, Any], mutation: str) -> str:
    link = urlsplit(data[mutation]["link"])
    return f"{link.path}?{link.query}"
