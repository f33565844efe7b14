"""Which server to talk to, and with which token: config.yaml, credentials and the environment.

A token is only ever sent to the address it was issued for.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagy.errors import DagyError
from dagy.places import local_dir

DEFAULT_API_URL = "http://127.0.0.1:8000"
DEFAULT_PROFILE = "default"
# The one that `dagy up` stores.
LOCAL_PROFILE = "local"


class ProfileError(DagyError):
    """The profile does not exist, or its files cannot be read."""

    code = "PROFILE"


@dataclass(frozen=True, slots=True)
class Profile:
    """A named server. `organization` is only shown, never sent."""

    name: str
    api_url: str
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to go and what to show at the door. `profile` is None when nothing is stored for it."""

    api_url: str
    token: str | None
    profile: str | None


def normalized_url(url: str) -> str:
    """`localhost:8000/` -> `http://localhost:8000`; raises ProfileError for other schemes."""
    text = url.strip().rstrip("/")
    if "://" not in text:
        text = f"http://{text}"
    scheme, _, rest = text.partition("://")
    if scheme not in {"http", "https"} or not rest:
        raise ProfileError(f"'{url}' is not an http:// or https:// address")
    return text.removesuffix("/graphql")


class ProfileStore:
    """Reads and writes `config.yaml` and `credentials` of one folder, both for the owner alone."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or local_dir()
        self.config_path = self.directory / "config.yaml"
        self.credentials_path = self.directory / "credentials"

    def profiles(self) -> dict[str, Profile]:
        entries = _read_mapping(self.config_path).get("profiles") or {}
        if not isinstance(entries, dict):
            raise ProfileError(f"{self.config_path}: 'profiles' must be a mapping")
        return {str(name): self._profile(str(name), entry) for name, entry in entries.items()}

    def current(self) -> str | None:
        name = _read_mapping(self.config_path).get("current")
        return None if name is None else str(name)

    def token(self, name: str) -> str | None:
        value = _read_mapping(self.credentials_path).get(name)
        return None if value is None else str(value)

    def save(self, profile: Profile, *, token: str) -> None:
        """Store the profile with its token and make it the current one."""
        credentials = _read_mapping(self.credentials_path) | {profile.name: token}
        config = _read_mapping(self.config_path)
        entry = {"api_url": profile.api_url}
        if profile.organization:
            entry["organization"] = profile.organization
        config["current"] = profile.name
        config["profiles"] = {**(config.get("profiles") or {}), profile.name: entry}
        _write(self.credentials_path, credentials)
        _write(self.config_path, config)

    def forget_token(self, name: str) -> bool:
        """Remove the stored token; the address stays. False if there was none."""
        credentials = _read_mapping(self.credentials_path)
        if name not in credentials:
            return False
        del credentials[name]
        _write(self.credentials_path, credentials)
        return True

    def _profile(self, name: str, entry: Any) -> Profile:
        if not isinstance(entry, dict) or not isinstance(entry.get("api_url"), str):
            raise ProfileError(f"{self.config_path}: profile '{name}' has no api_url")
        organization = entry.get("organization")
        return Profile(
            name=name,
            api_url=normalized_url(entry["api_url"]),
            organization=None if organization is None else str(organization),
        )


def resolve(
    store: ProfileStore,
    *,
    profile: str | None = None,
    api_url: str | None = None,
    token: str | None = None,
) -> Connection:
    """Arguments win over DAGY_API_URL / DAGY_API_KEY / DAGY_PROFILE, these over config.yaml."""
    wanted = profile or os.environ.get("DAGY_PROFILE")
    explicit_url = api_url or (None if profile else os.environ.get("DAGY_API_URL"))
    explicit_token = token or (None if profile else os.environ.get("DAGY_API_KEY"))
    if explicit_url and explicit_token:
        return Connection(normalized_url(explicit_url), explicit_token, None)
    profiles = store.profiles()
    chosen = _chosen(store, profiles, wanted)
    if explicit_url:
        chosen = _with_url(profiles, chosen, url=normalized_url(explicit_url))
        if chosen is None:
            return Connection(normalized_url(explicit_url), explicit_token, None)
    if chosen is None:
        return Connection(DEFAULT_API_URL, explicit_token, None)
    return Connection(chosen.api_url, explicit_token or store.token(chosen.name), chosen.name)


def _chosen(
    store: ProfileStore, profiles: dict[str, Profile], wanted: str | None
) -> Profile | None:
    if wanted is not None:
        if wanted not in profiles:
            known = ", ".join(sorted(profiles)) or "none yet"
            raise ProfileError(
                f"profile '{wanted}' does not exist (known: {known}); "
                f"create it with `dagy login --profile {wanted}`"
            )
        return profiles[wanted]
    current = store.current()
    return profiles.get(current) if current else None


def _with_url(
    profiles: dict[str, Profile], preferred: Profile | None, *, url: str
) -> Profile | None:
    """The profile this address belongs to, so that no token travels to another server."""
    if preferred is not None and preferred.api_url == url:
        return preferred
    return next((profile for profile in profiles.values() if profile.api_url == url), None)


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileError(f"cannot read {path}: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ProfileError(f"{path} must hold a mapping; move it away and run `dagy login` again")
    return {str(key): value for key, value in loaded.items()}


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step; nobody else may read it, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.safe_dump(content, file, sort_keys=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
