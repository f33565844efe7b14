"""Names that the server knows: to complete them in the shell, and to guess what was meant."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from dagy.api.errors import ApiError, NotFoundError
from dagy.cli.session import Session
from dagy.client import DagyClient
from dagy.errors import DagyError

# A shell waits for this; a server that is slower completes nothing.
PATIENCE_SECONDS = 1.0
_MOST_NAMES = 500
_NEWEST_RUNS = 100

Lookup = Callable[[DagyClient], Iterable[str]]
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def deployment_names(client: DagyClient) -> Iterable[str]:
    return (each.name for each in client.deployments(limit=_MOST_NAMES))


def flow_names(client: DagyClient) -> Iterable[str]:
    return (each.name for each in client.flows(limit=_MOST_NAMES))


def secret_names(client: DagyClient) -> Iterable[str]:
    return dict.fromkeys(each.name for each in client.secrets(limit=_MOST_NAMES))


def environment_names(client: DagyClient) -> Iterable[str]:
    found = client.deployments(limit=_MOST_NAMES)
    return dict.fromkeys(each.environment.name for each in found if each.environment)


def run_slugs(client: DagyClient) -> Iterable[str]:
    return (each.slug for each in client.runs(limit=_NEWEST_RUNS))


def completing(lookup: Lookup) -> Complete:
    """For `shell_complete=`: the names that begin with what was typed; none on any failure."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        session = ctx.find_object(Session) or Session()
        names = _in_time(lambda: _looked_up(session, lookup))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]

    return complete


def completing_files(
    _: click.Context, __: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The shell's own completion of file names."""
    return [CompletionItem(incomplete, type="file")]


@contextmanager
def guessing(client: DagyClient, lookup: Lookup, name: str) -> Iterator[None]:
    """A name that is not found is told with the one it resembles most."""
    try:
        yield
    except NotFoundError as error:
        guess = _resembling(client, lookup, name)
        if guess is None or error.hint:
            raise
        raise NotFoundError(
            error.message, request_id=error.request_id, hint=f"did you mean '{guess}'?"
        ) from error


def _resembling(client: DagyClient, lookup: Lookup, name: str) -> str | None:
    try:
        known = {each.lower(): each for each in lookup(client)}
    except ApiError:  # who may not list them gets no guess
        return None
    found = get_close_matches(name.lower(), known, n=1)
    return known[found[0]] if found else None


def _looked_up(session: Session, lookup: Lookup) -> list[str]:
    with DagyClient(session.api_url, None, session.profile) as client:
        return list(lookup(client))


def _in_time(look_up: Callable[[], list[str]]) -> list[str]:
    found: list[str] = []

    def work() -> None:
        try:
            found.extend(look_up())
        except DagyError:
            return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    return [] if thread.is_alive() else found
