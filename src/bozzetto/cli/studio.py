"""`bozzetto studio`: the service with its page, on this machine or for a team."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from bozzetto.cli.console import Reporting
from bozzetto.errors import InputError, ResourceError

if TYPE_CHECKING:
    from bozzetto.studio.settings import JobLimits, S3Settings, Settings

_EXTRA = ("alembic", "fastapi", "pydantic", "sqlalchemy", "starlette", "uvicorn", "httpx")


@dataclass(frozen=True, kw_only=True)
class DataChoice:
    """Where the service keeps things."""

    data: Annotated[Path, tyro.conf.arg(metavar="DIR")] = Path("bozzetto-studio")
    """Folder for the database, the files and the work."""
    database: Annotated[str, tyro.conf.arg(metavar="URL")] = ""
    """As in postgresql://user@host/name (pip install 'bozzetto[studio-postgres]'); SQLite in the
    data folder unless given. BOZZETTO_DATABASE_URL says the same and hides a password."""
    s3_endpoint: Annotated[str, tyro.conf.arg(metavar="URL")] = ""
    """S3-compatible store for files, with the credentials in AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY; the data folder unless given."""
    s3_bucket: str = ""
    s3_prefix: str = ""
    s3_region: str = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class StudioCommand:
    """Serve the studio: a page in the browser, and the REST API under it."""

    where: DataChoice = field(default_factory=DataChoice)
    host: str = "127.0.0.1"
    """Address to listen on; without login on this machine only, with tokens elsewhere."""
    port: int = 8765
    public_url: Annotated[str, tyro.conf.arg(metavar="URL")] = ""
    """As people write it where a proxy stands in front, as in https://studio.example.org."""
    workers: int = 1
    """Jobs that run at the same time, each in a process of its own."""
    memory_mib: int = 8192
    """What one job may use."""
    job_seconds: float = 3600.0
    """How long one job may run."""
    part: Literal["all", "web", "jobs"] = "all"
    """Run all of it here, or only the web part, or only the jobs."""
    browser: bool = True
    """Open the page."""
    reporting: Reporting = field(default_factory=Reporting)

    def run(self) -> int:
        """Run the command and return its exit code."""
        try:
            from bozzetto.studio.serve import ServicePart, serve
            from bozzetto.studio.settings import JobLimits
        except ModuleNotFoundError as error:
            raise missing_extra(error) from error
        jobs = JobLimits(at_once=self.workers, memory_mib=self.memory_mib, seconds=self.job_seconds)
        settings = settings_from(
            self.where, host=self.host, port=self.port, public_url=self.public_url, jobs=jobs
        )
        if not settings.is_local and self.part != "jobs":
            _need_tokens(settings)
        serve(
            settings,
            part=ServicePart(self.part),
            open_browser=self.browser and settings.is_local and self.part == "all",
        )
        return 0


def settings_from(
    where: DataChoice,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    public_url: str = "",
    jobs: "JobLimits | None" = None,
) -> "Settings":
    """Collect what the user chose."""
    from bozzetto.studio.settings import JobLimits, Settings

    return Settings(
        data=where.data.resolve(),
        host=host,
        port=port,
        public_url=public_url,
        database_url=where.database or os.environ.get("BOZZETTO_DATABASE_URL", ""),
        s3=_s3(where),
        jobs=jobs or JobLimits(),
    )


def _s3(where: DataChoice) -> "S3Settings | None":
    """Collect the settings of the file store."""
    from bozzetto.studio.settings import S3Settings

    if not where.s3_endpoint:
        return None
    access = os.environ.get("AWS_ACCESS_KEY_ID", "")
    secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if not (where.s3_bucket and access and secret):
        raise InputError(
            "A file store needs --s3-bucket, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            advice="Set them, or leave --s3-endpoint out to keep files in the data folder.",
        )
    return S3Settings(
        endpoint=where.s3_endpoint,
        bucket=where.s3_bucket,
        prefix=where.s3_prefix,
        region=where.s3_region,
        access_key=access,
        secret_key=secret,
    )


def _need_tokens(settings: "Settings") -> None:
    """Refuse to serve others before there is a token that lets anyone in."""
    from bozzetto.studio.administration import count_tokens

    if count_tokens(settings) == 0:
        raise InputError(
            "The service would be reachable from elsewhere, and there is no token yet.",
            advice="Make one: bozzetto studio-token NAME --role admin --data DIR.",
        )


def missing_extra(error: ModuleNotFoundError) -> Exception:
    """Say how to install the service; a fault of our own stays what it is."""
    if (error.name or "").partition(".")[0] not in _EXTRA:
        return error
    return ResourceError(
        f"The studio needs the library {error.name}.",
        advice="Install it: pip install 'bozzetto[studio]'.",
    )
