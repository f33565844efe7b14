"""All settings, each from a DAGY_* variable. The only reader of the environment."""

from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024
_ROOT = Path(__file__).parent.parent
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
    """`production` shows GraphiQL's schema and suggestions to signed-in people only."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR: what the processes log about themselves."""
    local_dir: Path = Field(default_factory=lambda: Path.home() / ".dagy")
    """The folder of an installation: data, logs, artifacts, profiles. `~/.dagy` if not set."""

    database_url: str = Field("", repr=False)
    """`postgresql://user:password@host/database`. Empty: `dagy up` starts a server of its own.
    `?passfile=/path` names a file with the password, in libpq's format, in its place."""
    database_owner_url: str = Field("", repr=False)
    """The same database as the role that its tables belong to, for migrations. Empty:
    DAGY_DATABASE_URL, whose role then owns them."""
    database_pool_size: int = Field(8, ge=1)
    """Connections that each process keeps to PostgreSQL."""
    redis_url: str = Field("", repr=False)
    """`redis://user:password@host:6379/0`. Empty: `dagy up` starts a server of its own."""
    redis_url_file: Path | None = None
    """The same, from a file."""
    queue_name: str = "dagy:queue"
    """The key of arq's queue in Redis; another one for a second installation on the same Redis."""

    secrets_key: SecretStr = SecretStr("")
    """Keys that secrets are sealed with, one or several (comma-separated); the first one seals.
    `dagy secrets make-key` makes one."""
    secrets_key_file: Path | None = None
    """The same, one key a line, from a file. `dagy up` makes `secrets.key` in its folder."""

    host: str = "127.0.0.1"
    """The address where the API listens."""
    port: int = Field(8000, ge=0, le=65535)
    """The port where the API listens; 0 takes a free one."""
    public_url: str = ""
    """The address in links of invitations and for OpenID providers. `https://` here makes cookies
    secure."""
    allowed_hosts: str = ""
    """Host names (comma-separated) by which requests may come, beside that of DAGY_PUBLIC_URL and
    this machine's own; `*`: any. Empty: any too, but where the API listens on a loopback address
    only those."""
    trusted_proxies: str = ""
    """Addresses or networks (comma-separated) whose X-Forwarded-For and -Proto are believed; `*`:
    all. Empty: nobody's. A reverse proxy on the same machine is `127.0.0.1`: without this all its
    visitors count as one address."""
    ui_dir: Path = _ROOT / "frontend" / "out"
    """The built web UI."""
    docs_dir: Path = _ROOT / "build" / "docs"
    """The built documentation."""
    workers: int = Field(1, ge=0)
    """Worker processes of `dagy up`."""

    access_token_ttl_seconds: int = Field(24 * 3600, ge=60)
    """How long a sign-in lasts."""
    password_sign_in: bool = True
    """Whether people may sign in by password; `false` leaves the OpenID provider."""
    setup_token: SecretStr = SecretStr("")
    """Makes the first owner. Empty: `dagy server` makes one up and prints it while nobody is there;
    several servers behind one address need the same."""
    invitation_days: int = Field(7, ge=1)
    """How long an invitation may be accepted."""
    password_reset_minutes: int = Field(60, ge=1)
    """How long a link that sets a password works."""
    access_log_days: int = Field(90, ge=1)
    """How long sign-ins and refusals are kept."""

    oidc_issuer: str = ""
    """The OpenID provider for signing in (authorization code with PKCE). Empty: none."""
    oidc_client_id: str = ""
    """The client that the provider knows Dagy by."""
    oidc_client_secret: SecretStr = SecretStr("")
    """The client's secret, where it has one."""
    oidc_name: str = "Single sign-on"
    """The text of the button on the sign-in page."""
    oidc_scopes: str = "openid email profile"
    """The scopes that Dagy asks the provider for."""
    oidc_allowed_domains: str = ""
    """Only e-mail addresses of these domains (comma-separated); empty: of all."""
    oidc_organization: str = "default"
    """The slug of the organization that roles are given in."""
    oidc_groups_claim: str = "groups"
    """The claim that holds the person's groups."""
    oidc_group_roles: dict[str, RoleName] = Field(default_factory=dict)
    """JSON such as `{"data-team": "developer"}`. With it, groups decide at every sign-in: the
    highest role counts, and a member of none of the groups is no longer a member here."""
    oidc_default_role: RoleName | None = None
    """What somebody new becomes; without it (and without groups) only members may sign in."""

    jwt_issuer: str = ""
    """Accepts bearer tokens signed by this issuer (Clerk, Auth0, Okta, …). Empty: none."""
    jwt_audience: str = ""
    """Comma-separated. This or the next one must be set, or tokens for other applications would
    do."""
    jwt_authorized_parties: str = ""
    """Comma-separated values of the claim `azp`."""
    jwt_jwks_url: str = ""
    """Where the issuer's keys are. Empty: as its openid-configuration says, else its
    `/.well-known/jwks.json`."""
    jwt_algorithms: str = "RS256,ES256"
    """Signature algorithms that are accepted; asymmetric ones only."""
    jwt_leeway_seconds: int = Field(30, ge=0, le=300)
    """How far the issuer's clock may be off."""
    jwt_organization_claim: str = ""
    """A path such as `org_id` or `o.slg`: the slug or id of an organization, or what the next
    setting maps to a slug."""
    jwt_organizations: dict[str, str] = Field(default_factory=dict)
    """JSON: the claim's value → an organization's slug."""
    jwt_organization: str = "default"
    """The organization of tokens without that claim."""
    jwt_role_claim: str = ""
    """The claim that holds the role."""
    jwt_role_map: dict[str, RoleName] = Field(default_factory=dict)
    """JSON such as `{"org:admin": "admin"}`. With it, the claim decides each time."""
    jwt_default_role: RoleName | None = None
    """What somebody new becomes."""
    clerk_publishable_key: str = ""
    """Shows Clerk's form on the sign-in page; needs a JWT issuer."""
    artifact_max_bytes: int = 64 * MEGABYTE
    """The largest flow archive that may be uploaded."""
    artifact_unpacked_max_bytes: int = 512 * MEGABYTE
    """The most that an archive may hold unpacked."""
    artifact_max_files: int = 10_000
    """The most files in an archive."""
    request_max_bytes: int = 4 * MEGABYTE
    """The largest request body besides archives."""

    request_head_seconds: float = Field(10.0, gt=0)
    """How long a client may take to send the head of a request."""
    request_body_seconds: float = Field(20.0, gt=0)
    """How long a client may take to send a body, beside a second for every 16 KB of it."""
    answer_stall_seconds: float = Field(60.0, gt=0)
    """How long a client may take nothing of an answer that waits for it."""
    websocket_init_seconds: float = Field(10.0, gt=0)
    """How long a client may take to send `connection_init` over a WebSocket."""
    websocket_idle_seconds: float = Field(30.0, gt=0)
    """How long somebody who is not signed in may keep a WebSocket without an operation."""
    connections_per_address: int = Field(256, ge=1)
    """Connections, and open requests and WebSockets, of one address. The addresses behind trusted
    proxies count each; what comes from a proxy's own address, or from 127.0.0.1, does not."""
    connections_max: int = Field(10_000, ge=1)
    """Connections of one API process in all, and never more than its descriptors allow: 128 are
    kept for its own needs. When they are used up, the one that has been idle longest is closed."""

    rate_limit_per_minute: int = Field(120, ge=0)
    """Tokens a minute for the sessions of a person, for their API keys, and per service account; 0:
    no limit, for nobody. 6,000 for `dagy up` on loopback."""
    rate_limit_burst: int = Field(200, ge=1)
    """Tokens that a caller who has been quiet may use at once."""
    rate_limit_anonymous_per_minute: int = Field(120, ge=1)
    """Tokens a minute per address of who is not signed in, and never more than who is."""
    rate_limit_anonymous_burst: int = Field(60, ge=1)
    """Tokens that such an address may use at once."""
    metrics_token: SecretStr = SecretStr("")
    """What `/metrics` takes, beside the credentials of whoever runs the installation."""
    introspection: Literal["", "off", "signed-in", "on"] = ""
    """Who may read the schema through the API: `off`, `signed-in`, `on`. Empty: everybody in
    development, and who is signed in in production. Of these, who is signed in is told "Did you
    mean"."""
    graphiql: bool = True
    """Whether `/graphiql` is there. The page itself is public; it asks to sign in before it does
    anything."""

    # The standard variables of OpenTelemetry, which its library reads too.
    otel_sdk_disabled: bool = Field(False, validation_alias="OTEL_SDK_DISABLED")
    """Switches traces off."""
    otel_traces_exporter: str = Field("", validation_alias="OTEL_TRACES_EXPORTER")
    """`otlp`, `console` or `none`."""
    otel_endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where traces go, by OTLP over HTTP."""
    otel_traces_endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    """The same, for traces alone."""
    otel_service_name: str = Field("", validation_alias="OTEL_SERVICE_NAME")
    """The name of the service in traces. Empty: `dagy-server` or `dagy-worker`."""

    event_flush_ms: int = Field(10, ge=0, le=50)
    """One flush of events waits at most this long, so readers are at most so far behind."""
    queue_poll_ms: int = Field(100, ge=1, le=1000)
    """How often arq looks into its queue. Workers hear of queued runs on their channel; this is for
    the messages that got lost."""
    lease_seconds: float = Field(15.0, gt=0)
    """How long a run stays with a worker that no longer renews its lease."""
    heartbeat_seconds: float = Field(3.0, gt=0)
    """How often a worker renews its leases."""
    housekeeping_seconds: float = Field(1.0, gt=0)
    """How often workers look for what should be moving and is not."""
    crash_retries: int = Field(2, ge=0)
    """How often a run whose process or worker was lost is tried again."""

    worker_max_runs: int = Field(16, ge=1)
    """Runs that one worker executes at once."""
    run_max_workers: int = Field(8, ge=1)
    """Tasks that one run executes at once, where its flow says nothing else."""
    run_memory_limit_mb: int | None = Field(None, ge=0)
    """Memory that each process of a run may allocate, on Linux. Empty: half of what the worker's
    machine, or its container, has, and no less than 2,048; 0: no limit. A task with a
    `memory_limit_mb` has that."""
    run_disk_limit_mb: int = Field(20_000, ge=1)
    """What a run may hold in its working folder."""
    run_disk_reserve_mb: int = Field(1_000, ge=0)
    """What a disk has to have left: with less, runs that hold more than 64 MB on it are ended."""
    sandbox: Literal["required", "on", "off"] = "off"
    """`on` runs flows in namespaces of their own, where they see their Python, their source, their
    folders and nothing else of this machine, as far as it can; `required` refuses to start a worker
    that cannot."""
    sandbox_paths: str = ""
    """What sandboxed flows see beside it, comma-separated: `ro:/data,rw:/scratch`."""
    sandbox_temporary_mb: int = Field(1024, ge=1)
    """The size of the /tmp that the sandboxed runs of one flow version share."""
    run_max_seconds: float = Field(24 * 3600, gt=0)
    """How long a run may take, where its flow says nothing else."""
    run_max_files: int = Field(20_000, ge=0)
    """The most files that an attempt at a run may leave: those it saves, and its large results."""
    run_max_files_bytes: int = Field(20_000 * MEGABYTE, ge=0)
    """The most bytes that these files may have together."""
    cancel_grace_seconds: float = Field(2.0, ge=0)
    """What the process of a cancelled run gets to end by itself, beside the grace time of its
    tasks."""
    stop_grace_seconds: float = Field(10.0, ge=0)
    """How long a worker that is told to stop waits for the tasks under way to stop."""
    zygote_idle_seconds: float = Field(300.0, gt=0)
    """How long a worker keeps a flow imported that nobody runs."""
    zygote_max: int = Field(8, ge=1)
    """Flow versions that a worker keeps imported; each takes 12 to 14 MB beside what the flow's
    module imports."""
    import_timeout_seconds: float = Field(60.0, gt=0)
    """How long importing a flow may take."""

    organizations: Literal["operator", "anybody"] = "operator"
    """Who may make organizations: `operator`, whoever runs the installation (super admins, such as
    the first owner), or `anybody` who is signed in. Whoever makes one is its owner and may deploy
    code there. `dagy up` on loopback sets `anybody`, unless DAGY_ENV is `production`."""
    organization_max_running: int = Field(1000, ge=1)
    """Runs of one organization at once."""
    retention_days: int = Field(30, ge=1)
    """Age at which finished runs, their events and logs are deleted."""
    plans: tuple[Plan, ...] = PLANS
    """A JSON list of plans: name, title, price, seats."""

    compiled_lists: bool = True
    """Lists by functions made for their selection; off, graphql-core completes every field."""

    @model_validator(mode="before")
    @classmethod
    def _read_redis_url(cls, given: dict[str, Any]) -> dict[str, Any]:
        file = given.get("redis_url_file")
        if not file or given.get("redis_url"):
            return given
        try:
            return {**given, "redis_url": Path(file).read_text().strip()}
        except OSError as error:
            raise ValueError(
                f"DAGY_REDIS_URL_FILE is {file}, which cannot be read: {error.strerror}"
            ) from error

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

    @field_validator("sandbox_paths")
    @classmethod
    def _has_modes(cls, paths: str) -> str:
        for each in filter(None, map(str.strip, paths.split(","))):
            if not each.startswith(("ro:/", "rw:/")):
                raise ValueError(f"{each!r} is neither ro:/absolute/path nor rw:/absolute/path")
        return paths

    @field_validator("local_dir", "ui_dir", "docs_dir")
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
