"""Rules that names and tags of all nouns share."""

import re
from typing import Any

from dagy_gql.errors import BadUserInput

_NAME = re.compile(r"[\w][\w .:+-]{0,198}[\w]|[\w]")
_MAX_TAGS = 50
_MAX_TAG_CHARACTERS = 200


def checked_name(name: str, *, field: str = "name") -> str:
    """Raises BadUserInput unless it can be typed, quoted and put into a path."""
    if not _NAME.fullmatch(name):
        raise BadUserInput(
            f"{name[:100]!r} is not a name: letters, digits, space and . : + - _ only,"
            " from 1 to 200 characters, with a letter or digit at both ends.",
            field=field,
        )
    return name


def checked_tags(tags: Any, *, field: str = "tags") -> dict[str, str]:
    """Raises BadUserInput unless it is a small map from text to text."""
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise BadUserInput("Tags are an object whose values are text.", field=field)
    if len(tags) > _MAX_TAGS:
        raise BadUserInput(f"{len(tags)} tags are too many: at most {_MAX_TAGS}.", field=field)
    for key, value in tags.items():
        if not key or max(len(key), len(value)) > _MAX_TAG_CHARACTERS:
            raise BadUserInput(
                f"The tag {key[:50]!r} is empty or longer than {_MAX_TAG_CHARACTERS} characters.",
                field=f"{field}.{key[:50]}",
            )
    return tags
