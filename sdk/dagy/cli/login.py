"""`dagy login` and `dagy logout`: profiles with a token that the server has accepted."""

import os
import sys
from urllib.parse import urlsplit

import click

from dagy.api.errors import ApiError, UnauthenticatedError
from dagy.api.models import Viewer
from dagy.cli.connect import connected
from dagy.cli.options import DagyCommand, pass_session
from dagy.cli.output import emit, facts, say
from dagy.cli.session import Session
from dagy.client import DagyClient
from dagy.profiles import (
    DEFAULT_API_URL,
    DEFAULT_PROFILE,
    Profile,
    ProfileStore,
    normalized_url,
)

FROM_STDIN = "-"


@click.command(cls=DagyCommand)
@click.option(
    "--url", help=f"Address of the server; by default that of the profile, or {DEFAULT_API_URL}."
)
@click.option("--email", help="Sign in with this e-mail address and a password.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@click.option(
    "--token",
    is_flag=False,
    flag_value=FROM_STDIN,
    help="Use this API key or access token; without a value it is asked for.",
)
@pass_session
def login(
    session: Session,
    url: str | None,
    email: str | None,
    password_stdin: bool,
    token: str | None,
) -> None:
    """Sign in to a server and make its profile the current one.

    The token is stored in ~/.dagy/credentials, readable by you only.

    \b
    Examples:
      dagy login --url https://dagy.example.com
      dagy login --profile staging --token < key.txt
      echo "$PASSWORD" | dagy login --email ada@example.com --password-stdin
    """
    if token is not None and (email or password_stdin):
        raise click.UsageError("--token does not go with --email or --password-stdin")
    store = ProfileStore()
    profile = _profile(store, session, url)
    accepted = _token(token)
    with DagyClient(api_url=profile.api_url) as client:
        client.use_token(accepted)
        if accepted is None:
            accepted = client.login(*_credentials(email, password_stdin)).access_token
        viewer = client.viewer()
    organization = viewer.organization.slug if viewer.organization else None
    store.save(Profile(profile.name, profile.api_url, organization), token=accepted)
    result = {"profile": profile.name, "apiUrl": profile.api_url, "viewer": viewer}
    emit(
        session,
        result,
        quiet=lambda: [profile.name],
        table=lambda: facts(
            [
                ("profile", profile.name),
                ("server", profile.api_url),
                ("signed in as", _who(viewer)),
                ("organization", organization),
                ("role", viewer.role.lower() if viewer.role else None),
            ]
        ),
    )


@click.command(cls=DagyCommand)
@pass_session
def logout(session: Session) -> None:
    """Revoke the token of the profile on the server and remove it here.

    It is removed here even when the server cannot be reached.

    \b
    Examples:
      dagy logout
      dagy logout --profile staging
    """
    store = ProfileStore()
    with connected(session) as client:
        name = client.connection.profile
        if name is None or store.token(name) is None:
            say(session, "Nobody is signed in.")
            return
        try:
            client.logout()
        except UnauthenticatedError:
            pass  # the token had ended already
        except ApiError as error:
            say(session, f"The token could not be revoked on the server: {error.message}")
    store.forget_token(name)
    emit(
        session,
        {"profile": name, "apiUrl": client.connection.api_url},
        quiet=lambda: [name],
        table=lambda: f"Signed out of {client.connection.api_url} (profile {name}).",
    )


def _profile(store: ProfileStore, session: Session, url: str | None) -> Profile:
    """The profile to write: the named one, the one with this address, or a new one."""
    profiles = store.profiles()
    asked_url = url or session.api_url or os.environ.get("DAGY_API_URL")
    address = normalized_url(asked_url) if asked_url else None
    name = session.profile or os.environ.get("DAGY_PROFILE")
    if name is None:
        name = _name_for(profiles, store.current(), address)
    known = profiles[name].api_url if name in profiles else DEFAULT_API_URL
    return Profile(name, address or known)


def _name_for(profiles: dict[str, Profile], current: str | None, address: str | None) -> str:
    if address is None:
        return current or DEFAULT_PROFILE
    if current in profiles and profiles[current].api_url == address:
        return current
    same = next((each.name for each in profiles.values() if each.api_url == address), None)
    if same is not None:
        return same
    return urlsplit(address).netloc.replace(":", "-") if profiles else DEFAULT_PROFILE


def _token(option: str | None) -> str | None:
    if option != FROM_STDIN:
        return option
    if sys.stdin.isatty():
        answer: str = click.prompt("Token", hide_input=True, err=True)
        return answer.strip()
    text = sys.stdin.readline().strip()
    if not text:
        raise click.UsageError("--token was given no token on stdin")
    return text


def _credentials(email: str | None, password_stdin: bool) -> tuple[str, str]:
    if password_stdin:
        if email is None:
            raise click.UsageError("--password-stdin needs --email")
        return email, sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("this is no terminal: use --email with --password-stdin, or --token")
    address: str = email or click.prompt("E-mail", err=True)
    password: str = click.prompt("Password", hide_input=True, err=True)
    return address, password


def _who(viewer: Viewer) -> str:
    return viewer.user.email if viewer.user else "an API key"


COMMANDS = {"login": login, "logout": logout}
