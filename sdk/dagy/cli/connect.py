"""The client of a command, from the global options."""

from dagy.agents import CLI_USER_AGENT
from dagy.cli.session import Session
from dagy.client import DagyClient


def connected(session: Session) -> DagyClient:
    """Nothing is sent yet; the caller closes it."""
    return DagyClient(api_url=session.api_url, profile=session.profile, user_agent=CLI_USER_AGENT)
