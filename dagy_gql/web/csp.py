"""The security headers of the web UI: a strict policy that names every inline script by its hash.

Nothing from another origin loads, and no script runs that was not in the page when it was built.
"""

import base64
import hashlib
from collections.abc import Sequence
from html.parser import HTMLParser


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


def content_security_policy(script_hashes: Sequence[str] = ()) -> str:
    """The policy of one page; Monaco needs inline styles, and starts its workers from a blob."""
    scripts = " ".join(["'self'", *(f"'{one}'" for one in script_hashes)])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )


def security_headers(script_hashes: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", content_security_policy(script_hashes).encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
