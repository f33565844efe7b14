"""Rules that names and tags of all nouns share."""

from typing import Any

from dagy.names import MAX_NAME, MAX_TAG_CHARACTERS, MAX_TAGS, NAME_RULE, is_name
from dagy_gql.errors import BadUserInput


def checked_name(name: str, *, field: str = "name") -> str:
    """Raises BadUserInput unless it can be typed, quoted and put into a path."""
    if not is_name(name):
        raise BadUserInput(
            f"{name[:100]!r} is not a name: {NAME_RULE}, from 1 to {MAX_NAME} characters.",
            field=field,
        )
    return name


def checked_tags(tags: Any, *, field: str = "tags") -> dict[str, str]:
    """Raises BadUserInput unless it is a small map from text to text."""
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise BadUserInput("Tags are an object whose values are text.", field=field)
    if len(tags) > MAX_TAGS:
        raise BadUserInput(f"{len(tags)} tags are too many: at most {MAX_TAGS}.", field=field)
    for key, value in tags.items():
        if not key or max(len(key), len(value)) > MAX_TAG_CHARACTERS:
            raise BadUserInput(
                f"The tag {key[:50]!r} is empty or longer than {MAX_TAG_CHARACTERS} characters.",
                field=f"{field}.{key[:50]}",
            )
    return tags
