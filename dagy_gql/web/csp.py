"""The security headers of the web UI: a strict policy that names every inline script by its hash.

Nothing from another origin loads, and no script runs that was not in the page when it was built.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from html.parser import HTMLParser

_HOST_IN_KEY = re.compile(r"([a-z0-9.-]+)\$")


class _InlineScripts(HTMLParser):
    """Collects the text of every script element that has no src."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and all(name != "src" for name, _ in attrs):
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def inline_script_hashes(html: bytes) -> tuple[str, ...]:
    """`sha256-…` of every inline script, in the order of the page, each once."""
    parser = _InlineScripts()
    # Browsers hash the text after they have normalised its line ends.
    parser.feed(html.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n"))
    parser.close()
    return tuple(dict.fromkeys(_hash(text) for text in parser.texts))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def clerk_origin(publishable_key: str) -> str:
    """Where Clerk's script and API are: the key has the host and a `$` in base64. Empty for what
    is no such key: its form then says so itself."""
    encoded = publishable_key.rpartition("_")[2]
    try:
        host = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except ValueError:
        return ""
    found = _HOST_IN_KEY.fullmatch(host)
    return f"https://{found[1]}" if found else ""


def content_security_policy(script_hashes: Sequence[str] = (), *, clerk: str = "") -> str:
    """The policy of one page; Monaco needs inline styles, and starts its workers from a blob.

    With `clerk`, an origin, the page may also load what Clerk's form needs.
    """
    form = f" {clerk}" if clerk else ""
    challenge = " https://challenges.cloudflare.com" if clerk else ""
    scripts = " ".join(["'self'", *(f"'{one}'" for one in script_hashes)])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}{form}{challenge}",
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data:{' https://img.clerk.com' if clerk else ''}",
            "font-src 'self' data:",
            f"connect-src 'self'{form}",
            *([f"frame-src{challenge}"] if clerk else []),
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )


def security_headers(
    script_hashes: Sequence[str] = (), *, clerk: str = ""
) -> list[tuple[bytes, bytes]]:
    policy = content_security_policy(script_hashes, clerk=clerk)
    return [
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
