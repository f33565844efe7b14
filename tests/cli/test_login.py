"""dagy login, dagy logout and which token goes where."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from tests.cli import samples
from tests.cli.fake import Fake, Refusal
from tests.cli.samples import page

Dagy = Callable[..., Result]


@pytest.fixture
def accepting(fake: Fake, server_url: str) -> Fake:
    fake.answers["Login"] = {
        "login": {
            "accessToken": "dagy_at_new",
            "expiresAt": "2030-01-01T00:00:00Z",
            "viewer": samples.viewer(),
        }
    }
    fake.answers["Viewer"] = {"viewer": samples.viewer()}
    fake.answers["Runs"] = {"runs": page()}
    return fake


def test_with_a_password_stores_a_profile_that_works_at_once(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path
) -> None:
    args = ("--url", server_url, "--email", "ada@example.com", "--password-stdin")

    result = dagy("login", *args, stdin="secret word\n")

    assert (result.exit_code, result.stdout) == (
        0,
        "profile       default\n"
        f"server        {server_url}\n"
        "signed in as  ada@example.com\n"
        "organization  acme\n"
        "role          owner\n",
    )
    assert accepting.called("Login") == [
        {"input": {"email": "ada@example.com", "password": "secret word"}}
    ]
    assert yaml.safe_load((local_dir / "config.yaml").read_text()) == {
        "current": "default",
        "profiles": {"default": {"api_url": server_url, "organization": "acme"}},
    }
    assert dagy("runs", "list").exit_code == 0
    assert [call.token for call in accepting.calls] == [
        None,
        "Bearer dagy_at_new",
        "Bearer dagy_at_new",
    ]


def test_credentials_are_readable_by_their_owner_only(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path
) -> None:
    local_dir.mkdir()
    (local_dir / "credentials").write_text("old: token\n")
    (local_dir / "credentials").chmod(0o644)

    dagy("login", "--url", server_url, "--token", "dagy_sk_1")

    path = local_dir / "credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert yaml.safe_load(path.read_text()) == {"old": "token", "default": "dagy_sk_1"}
    assert sorted(each.name for each in local_dir.iterdir()) == ["config.yaml", "credentials"]


@pytest.mark.parametrize("option", ["--token", "--token=-"])
def test_a_token_can_come_from_stdin(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path, option: str
) -> None:
    dagy("login", "--url", server_url, option, stdin="dagy_sk_2\n")

    assert yaml.safe_load((local_dir / "credentials").read_text()) == {"default": "dagy_sk_2"}
    assert [call.token for call in accepting.calls] == ["Bearer dagy_sk_2"]


def test_a_refused_password_exits_3_and_stores_nothing(
    dagy: Dagy, fake: Fake, server_url: str, local_dir: Path
) -> None:
    fake.answers["Login"] = Refusal("UNAUTHENTICATED", "wrong e-mail or password")
    args = ("--url", server_url, "--email", "ada@example.com", "--password-stdin")

    result = dagy("login", *args, stdin="x\n")

    assert result.exit_code == 3
    assert result.stderr.startswith("Error: wrong e-mail or password\n")
    assert not local_dir.exists()


def test_a_refused_token_exits_3_and_stores_nothing(
    dagy: Dagy, fake: Fake, server_url: str, local_dir: Path
) -> None:
    fake.answers["Viewer"] = Refusal("UNAUTHENTICATED", "unknown token")

    assert dagy("login", "--url", server_url, "--token", "bad").exit_code == 3
    assert not local_dir.exists()


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        (("--token", "x", "--email", "a@b"), "", "--token does not go with --email"),
        (("--password-stdin",), "x", "--password-stdin needs --email"),
        (("--email", "a@b"), "", "this is no terminal"),
        (("--token",), "", "--token was given no token on stdin"),
        (("--url", "ftp://x", "--token", "x"), "", "'ftp://x' is not an http:// or https://"),
    ],
)
def test_bad_arguments_are_usage_errors(
    dagy: Dagy, args: tuple[str, ...], stdin: str, message: str
) -> None:
    result = dagy("login", *args, stdin=stdin)

    assert result.exit_code == 2
    assert message in result.stderr


def test_several_profiles_and_choosing_one(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("work", "home"):
        dagy("login", "--profile", name, "--url", server_url, "--token", f"dagy_sk_{name}")
    accepting.calls.clear()

    dagy("runs", "list")
    dagy("runs", "list", "--profile", "work")
    monkeypatch.setenv("DAGY_PROFILE", "work")
    dagy("runs", "list")

    assert [call.token for call in accepting.calls] == [
        "Bearer dagy_sk_home",
        "Bearer dagy_sk_work",
        "Bearer dagy_sk_work",
    ]


def test_a_second_server_gets_a_profile_named_after_it(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path
) -> None:
    local_dir.mkdir()
    (local_dir / "config.yaml").write_text(
        "current: default\nprofiles: {default: {api_url: 'https://dagy.example.com'}}\n"
    )

    dagy("login", "--url", server_url, "--token", "dagy_sk_1")

    name = server_url.removeprefix("http://").replace(":", "-")
    config = yaml.safe_load((local_dir / "config.yaml").read_text())
    assert (config["current"], sorted(config["profiles"])) == (name, sorted(["default", name]))


def test_a_token_is_never_sent_to_another_address(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path
) -> None:
    dagy("login", "--url", server_url, "--token", "dagy_sk_1")
    accepting.calls.clear()

    dagy("runs", "list", "--api-url", server_url.replace("127.0.0.1", "localhost"))
    dagy("runs", "list", "--api-url", server_url)

    assert [call.token for call in accepting.calls] == [None, "Bearer dagy_sk_1"]


def test_the_environment_overrides_the_profile(
    dagy: Dagy, accepting: Fake, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dagy("login", "--url", server_url, "--token", "dagy_sk_1")
    accepting.calls.clear()
    monkeypatch.setenv("DAGY_API_URL", server_url)
    monkeypatch.setenv("DAGY_API_KEY", "dagy_sk_env")

    dagy("runs", "list")
    dagy("runs", "list", "--profile", "default")

    assert [call.token for call in accepting.calls] == ["Bearer dagy_sk_env", "Bearer dagy_sk_1"]


def test_logout_revokes_and_forgets(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path
) -> None:
    dagy("login", "--url", server_url, "--token", "dagy_sk_1")
    accepting.answers["Logout"] = {"logout": {"__typename": "LogoutPayload"}}

    result = dagy("logout")

    assert result.stdout == f"Signed out of {server_url} (profile default).\n"
    assert yaml.safe_load((local_dir / "credentials").read_text()) == {}
    assert accepting.calls[-1].token == "Bearer dagy_sk_1"
    assert dagy("logout").stderr == "Nobody is signed in.\n"


def test_logout_forgets_even_when_the_server_fails(
    dagy: Dagy, accepting: Fake, server_url: str, local_dir: Path
) -> None:
    dagy("login", "--url", server_url, "--token", "dagy_sk_1")
    accepting.answers["Logout"] = Refusal("INTERNAL", "broken")

    result = dagy("logout")

    assert result.exit_code == 0
    assert result.stderr == "The token could not be revoked on the server: broken\n"
    assert yaml.safe_load((local_dir / "credentials").read_text()) == {}


@pytest.mark.parametrize("content", ["[1, 2]", "a: b: c", "profiles: {x: {}}\ncurrent: x"])
def test_a_broken_config_is_told_with_its_path(dagy: Dagy, local_dir: Path, content: str) -> None:
    local_dir.mkdir()
    (local_dir / "config.yaml").write_text(content)

    result = dagy("runs", "list")

    assert result.exit_code == 2
    assert str(local_dir / "config.yaml") in result.stderr
