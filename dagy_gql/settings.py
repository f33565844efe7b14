"""All settings, each from a DAGY_* variable. The only reader of the environment."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024


class Settings(BaseSettings):
    """Durations carry their unit in the name; sizes are bytes unless they say otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="DAGY_", frozen=True, extra="ignore", ignored_types=(cached_property,)
    )

    env: Literal["development", "production"] = "development"
    log_level: str = "INFO"
    local_dir: Path = Field(default_factory=lambda: Path.home() / ".dagy")

    database_url: str = ""
    database_pool_size: int = Field(8, ge=1)
    redis_url: str = ""
    queue_name: str = "dagy:queue"

    # One or several (comma-separated); the first seals. Else they are the lines of the file.
    secrets_key: SecretStr = SecretStr("")
    secrets_key_file: Path | None = None

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = ""
    # Addresses or networks (comma-separated) whose X-Forwarded-For and -Proto are believed.
    trusted_proxies: str = "127.0.0.1"
    ui_dir: Path = Path(__file__).parent.parent / "frontend" / "out"
    workers: int = Field(1, ge=0)

    access_token_ttl_seconds: int = Field(24 * 3600, ge=60)
    artifact_max_bytes: int = 64 * MEGABYTE
    artifact_unpacked_max_bytes: int = 512 * MEGABYTE
    artifact_max_files: int = 10_000
    request_max_bytes: int = 4 * MEGABYTE

    # Tokens a minute and the most that gather, per credential or address; 0 a minute: no limit.
    rate_limit_per_minute: int = Field(120, ge=0)
    rate_limit_burst: int = Field(200, ge=1)

    # One flush of events waits at most this long, so readers are at most so far behind.
    event_flush_ms: int = Field(10, ge=0, le=50)
    # Workers hear of queued runs on their channel; arq is for the words that got lost.
    queue_poll_ms: int = Field(100, ge=1, le=1000)
    lease_seconds: float = Field(15.0, gt=0)
    heartbeat_seconds: float = Field(3.0, gt=0)
    housekeeping_seconds: float = Field(1.0, gt=0)
    crash_retries: int = Field(2, ge=0)

    worker_max_runs: int = Field(16, ge=1)
    run_max_workers: int = Field(8, ge=1)
    run_memory_limit_mb: int | None = None
    run_max_seconds: float = Field(24 * 3600, gt=0)
    cancel_grace_seconds: float = Field(2.0, ge=0)
    zygote_idle_seconds: float = Field(300.0, gt=0)
    # Each takes 12 to 14 MB beside what the user's module imports.
    zygote_max: int = Field(8, ge=1)
    import_timeout_seconds: float = Field(60.0, gt=0)

    organization_max_running: int = Field(1000, ge=1)
    retention_days: int = Field(30, ge=1)

    # Lists by functions made for their selection; off, graphql-core completes every field.
    compiled_lists: bool = True

    @field_validator("local_dir", "ui_dir")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @cached_property
    def artifact_dir(self) -> Path:
        return self.local_dir / "artifacts"

    @cached_property
    def cache_dir(self) -> Path:
        return self.local_dir / "cache"

    @cached_property
    def run_dir(self) -> Path:
        return self.local_dir / "work"

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"


def load() -> Settings:
    """Read the environment once; raises pydantic's ValidationError with every bad variable."""
    return Settings()
