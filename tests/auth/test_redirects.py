"""A link may choose the page after signing in, never another site."""

from itertools import product
from urllib.parse import urljoin, urlsplit

import pytest

from dagy_gql.auth.redirects import MAX_LENGTH, same_origin_path

_PARTS = ["/", "\\", ".", "..", "%2e", "%2E%2e", "\t", "\n", "@", ":", "x", "é", "evil.example"]


def _as_a_browser(base: str, location: str) -> str:
    """The URL standard where it is wider than RFC 3986: backslashes are slashes, tabs and line
    ends vanish, and escaped dots are dots."""
    for gone in "\t\r\n":
        location = location.replace(gone, "")
    path, mark, rest = location.partition("?")
    path = path.replace("\\", "/").replace("%2e", ".").replace("%2E", ".")
    return urljoin(base, path + mark + rest)


def test_no_generated_path_leaves_the_site_however_often_it_is_resolved() -> None:
    accepted = 0
    for length in range(5):
        for row in product(_PARTS, repeat=length):
            for tail in ("", "//evil.example", "?next=//evil.example"):
                path = same_origin_path("/" + "".join(row) + tail)
                accepted += path is not None
                for _ in range(3 if path is not None else 0):
                    there = urlsplit(_as_a_browser("https://dagy.example/login", path or ""))
                    assert there.netloc == "dagy.example", row
                    path = there._replace(scheme="", netloc="").geturl()
                    assert not path.startswith("//"), row
    assert accepted > 1_000


@pytest.mark.parametrize(
    "wanted",
    [
        "/..//evil.example",
        "/.//evil.example",
        "/x/..//evil.example",
        "/%2e%2e//evil.example",
        "/a/../\\evil.example",
        "/a//evil.example",
        "//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "runs",
        "",
        "/" + "x" * MAX_LENGTH,
    ],
)
def test_what_could_lead_elsewhere_is_refused(wanted: str) -> None:
    assert same_origin_path(wanted) is None


@pytest.mark.parametrize(
    "wanted", ["/", "/runs", "/runs/", "/runs?q=a//b&from=..#top", "/flows/daily%20report"]
)
def test_a_path_of_this_site_stays_as_it_is(wanted: str) -> None:
    assert same_origin_path(wanted) == wanted
