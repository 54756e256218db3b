"""The settings of the service: one value, read once, handed to whoever needs it."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from bozzetto.capture.limits import PhotoLimits
from bozzetto.errors import InputError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is accepted of one person or one project."""

    photo: PhotoLimits = field(default_factory=PhotoLimits)
    photos_per_project: int = 200
    project_bytes: int = 20_000_000_000
    """Of all files of a project."""
    projects_per_person: int = 1_000
    """Projects that one token, or the person at the machine, may have made."""
    waiting_jobs_per_person: int = 50
    json_bytes: int = 1_000_000
    """Of a request that is no picture."""
    strokes_bytes: int = 16_000_000
    requests_per_second: float = 100.0
    """Long-time mean for one token."""
    request_burst: int = 400
    login_failures_per_minute: int = 10
    """For one address."""


@dataclass(frozen=True, kw_only=True)
class JobLimits:
    """How jobs run."""

    at_once: int = 1
    """Jobs of different projects that run at the same time."""
    memory_mib: int = 8192
    """Address space of one job; not enforced on Windows and macOS."""
    seconds: float = 3600.0
    """Wall-clock time of one job."""
    attempts: int = 3
    """How often a job is started before it counts as failed: it may have died with its process."""
    lease_seconds: float = 15.0
    """A job whose dispatcher said nothing for so long is given to another one."""


@dataclass(frozen=True, kw_only=True)
class S3Settings:
    """An S3-compatible store for files; the credentials come from the environment."""

    endpoint: str
    """As in `https://s3.eu-central-1.amazonaws.com`."""
    bucket: str
    prefix: str = ""
    region: str = "us-east-1"
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the service keeps things, whom it serves and how much it does."""

    data: Path
    """Folder for the database, files and work, unless they are elsewhere."""
    host: str = "127.0.0.1"
    """Address to listen on. Without login on a loopback address, with tokens on any other."""
    port: int = 8765
    public_url: str = ""
    """As people write it, where a proxy stands in front: `https://studio.example.org`."""
    database_url: str = ""
    """SQLAlchemy URL; SQLite in the data folder unless given."""
    s3: S3Settings | None = None
    """None keeps files in the data folder."""
    limits: Limits = field(default_factory=Limits)
    jobs: JobLimits = field(default_factory=JobLimits)

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database."""
        if not self.database_url:
            return f"sqlite+pysqlite:///{(self.data / 'studio.sqlite3').as_posix()}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the service, so that nobody has to log in."""
        return not self.public_url and is_loopback(self.host)

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins of our own pages."""
        if self.public_url:
            return (self.public_url.rstrip("/"),)
        names = LOOPBACK_NAMES if self.is_local else (_bracketed(self.host),)
        return tuple(f"http://{name}:{self.port}" for name in names)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a request may name as its host; anything else is DNS rebinding or a mistake."""
        return tuple(origin.partition("://")[2] for origin in self.origins)

    def __post_init__(self) -> None:
        """Refuse addresses that a request could never name, and settings out of range."""
        if self.host in ("0.0.0.0", "::") and not self.public_url:
            raise InputError(
                f"The service on {self.host} needs the address by which people will call it.",
                advice="Say it, as in --public-url https://studio.example.org.",
            )
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise InputError(
                f"The public URL should start with https://, got {self.public_url!r}.",
                advice="Write it as in --public-url https://studio.example.org.",
            )
        if not 1 <= self.jobs.at_once <= 64:
            raise InputError(
                f"The number of jobs at once should be 1 to 64, got {self.jobs.at_once}.",
                advice="Choose another --workers.",
            )


def is_loopback(host: str) -> bool:
    """Tell whether an address reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    """Write an address as URLs have it."""
    return f"[{host}]" if ":" in host else host
