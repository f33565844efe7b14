"""The policy names exactly the inline scripts of a page."""

import base64
import hashlib

import pytest

from dagy_gql.web.csp import (
    clerk_origin,
    content_security_policy,
    inline_script_hashes,
    security_headers,
)


def sha256(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_a_known_script_has_the_hash_that_browsers_compute():
    html = b"<script>alert('Hello, world.');</script>"
    assert inline_script_hashes(html) == ("sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=",)


def test_only_inline_scripts_are_hashed_and_each_once():
    html = b"""<html><head><script src="/a.js" async></script><script>one()</script></head>
    <body><script id="x">two("<p>&amp;</p>")</script><script>one()</script><p>text</p></body>"""
    assert inline_script_hashes(html) == (sha256("one()"), sha256('two("<p>&amp;</p>")'))


def test_line_ends_are_normalised_as_a_browser_does():
    assert inline_script_hashes(b"<script>a\r\nb\rc\n</script>") == (sha256("a\nb\nc\n"),)


def test_text_outside_ascii_is_hashed_as_utf8():
    assert inline_script_hashes("<script>say('čaj')</script>".encode()) == (sha256("say('čaj')"),)


def test_a_page_without_scripts_admits_only_files_of_its_own_origin():
    assert inline_script_hashes(b"<p>hello</p>") == ()
    assert content_security_policy() == (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self' blob:; manifest-src 'self'; frame-ancestors 'none'; "
        "base-uri 'self'; form-action 'self'"
    )


def test_hashes_join_the_script_source_and_nothing_else():
    policy = content_security_policy(["sha256-AAA=", "sha256-BBB="])
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["script-src"] == "'self' 'sha256-AAA=' 'sha256-BBB='"
    assert policy.count("sha256") == 2
    assert "unsafe-eval" not in policy


def test_the_other_security_headers():
    assert dict(security_headers()[1:]) == {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
    }


def test_clerks_form_may_load_where_it_is_switched_on():
    key = f"pk_test_{base64.b64encode(b'clear-owl-7.clerk.accounts.dev$').decode()}"
    assert clerk_origin(key) == "https://clear-owl-7.clerk.accounts.dev"
    policy = content_security_policy(["sha256-AAA="], clerk=clerk_origin(key))
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["script-src"] == (
        "'self' 'sha256-AAA=' https://clear-owl-7.clerk.accounts.dev "
        "https://challenges.cloudflare.com"
    )
    assert directives["connect-src"] == "'self' https://clear-owl-7.clerk.accounts.dev"
    assert directives["frame-src"] == "https://challenges.cloudflare.com"


@pytest.mark.parametrize("key", ["", "pk_test", "pk_test_!", "pk_live_" + "YSBiJA=="])
def test_what_is_no_key_of_clerk_admits_nothing(key: str):
    assert clerk_origin(key) == ""
