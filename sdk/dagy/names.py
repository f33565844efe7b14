"""The rules for names of flows, deployments, namespaces and versions: letters of any script."""

import re
import unicodedata

NAME_RULE = "letters, digits, space and . : + - _ only, with a letter or digit at both ends"
VERSION_RULE = "letters, digits and . _ + - only, with a letter or digit first"
MAX_NAME = 200
MAX_NAMESPACE = 200
MAX_VERSION = 100
MAX_TAGS = 50
MAX_TAG_CHARACTERS = 200
MAX_FILE_NAME = 255
MAX_MEDIA_TYPE = 200
_BETWEEN = " .:+-"
_DASHES = re.compile(r"-+")
# RFC 9110: type "/" subtype, and parameters whose values are tokens or quoted.
_TEXT = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf'{_TEXT}/{_TEXT}(?:[ \t]*;[ \t]*{_TEXT}=(?:{_TEXT}|"[\t !#-\[\]-~]*"))*')


def is_name(text: str) -> bool:
    """Can it be typed, quoted and put into a path?"""
    if not 0 < len(text) <= MAX_NAME or not (_is_word(text[0]) and _is_word(text[-1])):
        return False
    return _is_plain(text)


def is_namespace(text: str) -> bool:
    """Names joined by `/`. Each may also begin or end with what stands inside of a name, but
    a space: folders such as `.data` or `v1-` are namespaces."""
    return len(text) <= MAX_NAMESPACE and all(map(_is_segment, text.split("/")))


def is_version(text: str) -> bool:
    plain = all(_is_word(each) or each in "._+-" for each in text)
    return plain and 0 < len(text) <= MAX_VERSION and text[0] != "_" and _is_word(text[0])


def is_file_name(text: str) -> bool:
    """A plain one: no folder, nothing hidden, nothing that cannot be shown."""
    is_plain = text.isprintable() and not text.startswith(".") and not set("/\\") & set(text)
    return is_plain and 0 < len(text) <= MAX_FILE_NAME


def is_media_type(text: str) -> bool:
    """May it stand in a Content-Type header?"""
    return len(text) <= MAX_MEDIA_TYPE and _MEDIA_TYPE.fullmatch(text) is not None


def task_key(name: str) -> str:
    """The name in a form that can stand in paths and before `[0]`: what could not be part of a
    Python name, and is not a dot, becomes `-`."""
    composed = unicodedata.normalize("NFC", name)
    marked = (each if _is_word(each) or each == "." else "-" for each in composed)
    return _DASHES.sub("-", "".join(marked)).strip("-") or "task"


def _is_segment(text: str) -> bool:
    return bool(text) and text == text.strip() and _is_plain(text)


def _is_plain(text: str) -> bool:
    return all(_is_word(each) or each in _BETWEEN for each in text)


def _is_word(character: str) -> bool:
    """Vowel signs and accents count: most scripts of India cannot be written without them."""
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"
