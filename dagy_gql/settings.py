"""All settings, each from a DAGY_* variable. The only reader of the environment."""

from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024
RoleName = Literal["owner", "admin", "developer", "viewer"]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Algorithms whose verifier can sign nothing. Ed25519 is what RFC 9864 calls EdDSA.
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
    | {"EdDSA", "Ed25519"}
)


def listed(text: str) -> tuple[str, ...]:
    """What a comma-separated setting names."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


class Plan(BaseModel):
    """What an organization can agree to pay. Without a price it costs nothing, without a limit
    nothing is limited; prices are in micro-dollars a month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")
    title: str
    description: str = ""
    monthly_price_microdollars: int = Field(0, ge=0, lt=2**63)
    max_seats: int | None = Field(None, ge=1)


# We name plans; what they cost and allow is the operator's to say, in DAGY_PLANS.
PLANS = (
    Plan(name="free", title="Free"),
    Plan(name="team", title="Team"),
    Plan(name="enterprise", title="Enterprise"),
)


class Settings(BaseSettings):
    """Durations carry their unit in the name; sizes are bytes unless they say otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="DAGY_",
        frozen=True,
        extra="ignore",
        ignored_types=(cached_property,),
        # They would show passwords and keys.
        hide_input_in_errors=True,
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
    password_sign_in: bool = True
    # Makes the first owner. Left out, `dagy server` makes one up and prints it while nobody is
    # there; several servers behind one address need the same.
    setup_token: SecretStr = SecretStr("")
    invitation_days: int = Field(7, ge=1)
    password_reset_minutes: int = Field(60, ge=1)
    access_log_days: int = Field(90, ge=1)

    # Sign-in through an identity provider: authorization code with PKCE. Off without an issuer.
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = "Single sign-on"
    oidc_scopes: str = "openid email profile"
    # Only addresses of these domains (comma-separated); none: of all.
    oidc_allowed_domains: str = ""
    # The slug of the organization that roles are given in.
    oidc_organization: str = "default"
    oidc_groups_claim: str = "groups"
    # JSON such as {"data-team": "developer"}. With it, groups decide at every sign-in: the highest
    # role counts, and a member of none of the groups is no longer a member here.
    oidc_group_roles: dict[str, RoleName] = Field(default_factory=dict)
    # What somebody new becomes; without it (and without groups) only members may sign in.
    oidc_default_role: RoleName | None = None

    # Bearer tokens signed by somebody else (Clerk, Auth0, Okta, …). Off without an issuer.
    jwt_issuer: str = ""
    # Comma-separated; one of the two must be there, or tokens for other applications would do.
    jwt_audience: str = ""
    jwt_authorized_parties: str = ""
    # Left out: as the issuer's openid-configuration says, else its /.well-known/jwks.json.
    jwt_jwks_url: str = ""
    jwt_algorithms: str = "RS256,ES256"
    jwt_leeway_seconds: int = Field(30, ge=0, le=300)
    # A path such as `org_id` or `o.slg`: the slug or id of one of our organizations, or what
    # DAGY_JWT_ORGANIZATIONS (JSON) maps to a slug. Without a claim: DAGY_JWT_ORGANIZATION.
    jwt_organization_claim: str = ""
    jwt_organizations: dict[str, str] = Field(default_factory=dict)
    jwt_organization: str = "default"
    jwt_role_claim: str = ""
    # JSON such as {"org:admin": "admin"}. With it, the claim decides each time.
    jwt_role_map: dict[str, RoleName] = Field(default_factory=dict)
    jwt_default_role: RoleName | None = None
    clerk_publishable_key: str = ""
    artifact_max_bytes: int = 64 * MEGABYTE
    artifact_unpacked_max_bytes: int = 512 * MEGABYTE
    artifact_max_files: int = 10_000
    request_max_bytes: int = 4 * MEGABYTE

    # Tokens a minute and the most that gather, per credential or address; 0 a minute: no limit.
    rate_limit_per_minute: int = Field(120, ge=0)
    rate_limit_burst: int = Field(200, ge=1)
    # What /metrics takes beside the permission HEALTH_READ; empty: the permission only.
    metrics_token: SecretStr = SecretStr("")
    # Who may read the schema through the API and is told "Did you mean": empty is everybody in
    # development, and who is signed in in production.
    introspection: Literal["", "off", "signed-in", "on"] = ""
    # The page itself is public; it asks to sign in before it does anything.
    graphiql: bool = True

    # The standard variables of OpenTelemetry, which its library reads too.
    otel_sdk_disabled: bool = Field(False, validation_alias="OTEL_SDK_DISABLED")
    otel_traces_exporter: str = Field("", validation_alias="OTEL_TRACES_EXPORTER")
    otel_endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    otel_traces_endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    otel_service_name: str = Field("", validation_alias="OTEL_SERVICE_NAME")

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
    # For the process of a run that is cancelled, beside the grace time of its tasks.
    cancel_grace_seconds: float = Field(2.0, ge=0)
    # A worker that is told to stop waits at most so long for the tasks under way to stop.
    stop_grace_seconds: float = Field(10.0, ge=0)
    zygote_idle_seconds: float = Field(300.0, gt=0)
    # Each takes 12 to 14 MB beside what the user's module imports.
    zygote_max: int = Field(8, ge=1)
    import_timeout_seconds: float = Field(60.0, gt=0)

    organization_max_running: int = Field(1000, ge=1)
    retention_days: int = Field(30, ge=1)
    # A JSON list of plans.
    plans: tuple[Plan, ...] = PLANS

    # Lists by functions made for their selection; off, graphql-core completes every field.
    compiled_lists: bool = True

    @field_validator("plans")
    @classmethod
    def _named_once(cls, plans: tuple[Plan, ...]) -> tuple[Plan, ...]:
        if len({plan.name for plan in plans}) != len(plans):
            raise ValueError("two plans have the same name")
        return plans

    @field_validator("oidc_issuer", "jwt_issuer", "jwt_jwks_url")
    @classmethod
    def _is_encrypted(cls, url: str) -> str:
        """What keys and tokens come from is spoken to by https, this machine excepted."""
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{url} must begin with https://")
        return url

    @field_validator("jwt_algorithms")
    @classmethod
    def _is_asymmetric(cls, names: str) -> str:
        wrong = sorted(set(listed(names)) - ASYMMETRIC)
        if wrong or not listed(names):
            raise ValueError(f"{names!r}: choose among {', '.join(sorted(ASYMMETRIC))}")
        return names

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("DAGY_OIDC_ISSUER needs DAGY_OIDC_CLIENT_ID")
        if self.jwt_issuer and not (self.jwt_audience or self.jwt_authorized_parties):
            raise ValueError("DAGY_JWT_ISSUER needs DAGY_JWT_AUDIENCE or _AUTHORIZED_PARTIES")
        if self.jwt_role_map and not self.jwt_role_claim:
            raise ValueError("DAGY_JWT_ROLE_MAP needs DAGY_JWT_ROLE_CLAIM")
        return self

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
    def introspection_for(self) -> Literal["off", "signed-in", "on"]:
        return self.introspection or ("signed-in" if self.env == "production" else "on")

    @property
    def is_traced(self) -> bool:
        """Whether the variables of OpenTelemetry ask for traces."""
        exporter = self.otel_traces_exporter or (
            "otlp" if self.otel_endpoint or self.otel_traces_endpoint else "none"
        )
        return exporter in ("otlp", "console") and not self.otel_sdk_disabled

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"


def load() -> Settings:
    """Read the environment once; raises pydantic's ValidationError with every bad variable."""
    return Settings()
