"""The settings for commands. What is wrong with them is told in words, without the values: there
are passwords and keys among them."""

import click
from pydantic import ValidationError
from pydantic_settings import SettingsError

from dagy_gql import settings
from dagy_gql.settings import Settings


def load() -> Settings:
    """Raises ClickException with every variable that is wrong."""
    try:
        return settings.load()
    except SettingsError as error:
        raise click.ClickException(f"A DAGY_* variable is no JSON: {error}.") from error
    except ValidationError as error:
        problems = [_told(each["loc"], each["msg"]) for each in error.errors(include_input=False)]
        raise click.ClickException("\n".join(problems)) from error


def _told(place: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    if not place:
        return text
    variable, *rest = map(str, place)
    name = variable if variable.isupper() else f"DAGY_{variable.upper()}"
    return f"{'.'.join([name, *rest])}: {text}"
