"""Blobs in an S3-compatible store, signed by hand: AWS Signature Version 4.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
The endpoint comes from the settings alone, redirects are not followed, and no request of a user
decides where a connection goes.
"""

import datetime
import hashlib
import hmac
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from bozzetto.errors import ResourceError
from bozzetto.store.disk import PARTIAL
from bozzetto.studio.blobs.base import CHUNK_BYTES, sha256_of
from bozzetto.studio.settings import S3Settings

_EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_ATTEMPTS = 3


class S3Blobs:
    """Objects in a bucket, addressed by path (`endpoint/bucket/key`)."""

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._client = httpx.Client(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)

    def put(self, path: Path) -> str:
        """Keep a file's bytes, and return their SHA-256."""
        sha256 = sha256_of(path)
        if self._send("HEAD", sha256).status_code == 404:
            self._send("PUT", sha256, body=path, body_sha256=sha256)
        return sha256

    def chunks(self, sha256: str, *, start: int, end: int) -> Iterator[bytes]:
        """Read the bytes from `start` to before `end`, in pieces."""
        if end <= start:
            return
        request = self._request("GET", sha256, byte_range=f"bytes={start}-{end - 1}")
        response = self._attempt(request, stream=True)
        try:
            if response.status_code not in (200, 206):
                raise _failure(response, sha256)
            yield from response.iter_bytes(CHUNK_BYTES)
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        finally:
            response.close()

    def fetch(self, sha256: str, path: Path) -> None:
        """Write the bytes to a file, whole or not at all."""
        response = self._attempt(self._request("GET", sha256), stream=True)
        handle, name = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                if response.status_code != 200:
                    raise _failure(response, sha256)
                for chunk in response.iter_bytes(CHUNK_BYTES):
                    out.write(chunk)
            if sha256_of(Path(name)) != sha256:
                raise ResourceError(f"The file store returned other bytes for {sha256[:12]}....")
            Path(name).replace(path)
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        finally:
            response.close()
            Path(name).unlink(missing_ok=True)

    def remove(self, sha256: str) -> None:
        """Forget bytes."""
        self._send("DELETE", sha256)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _send(
        self, method: str, sha256: str, *, body: Path | None = None, body_sha256: str = ""
    ) -> httpx.Response:
        """Ask for something small, and refuse what is neither success nor absence."""
        if body is None:
            response = self._attempt(self._request(method, sha256), stream=False)
        else:
            with body.open("rb") as file:
                chunks = iter(lambda: file.read(CHUNK_BYTES), b"")
                request = self._request(
                    method,
                    sha256,
                    body_sha256=body_sha256,
                    content=chunks,
                    num_bytes=body.stat().st_size,
                )
                response = self._attempt(request, stream=False, attempts=1)
        if response.status_code not in (200, 204, 404):
            raise _failure(response, sha256)
        return response

    def _attempt(
        self, request: httpx.Request, *, stream: bool, attempts: int = _ATTEMPTS
    ) -> httpx.Response:
        """Send, and try again where the network or the server failed for the moment."""
        for attempt in range(1, attempts + 1):
            try:
                response = self._client.send(request, stream=stream)
            except httpx.HTTPError as error:
                if attempt == attempts:
                    raise _unreachable(error) from error
                continue
            if response.status_code < 500 or attempt == attempts:
                return response
            response.close()
        raise AssertionError("The loop returns or raises.")

    def _request(
        self,
        method: str,
        sha256: str,
        *,
        body_sha256: str = _EMPTY_SHA256,
        byte_range: str = "",
        content: Iterator[bytes] | None = None,
        num_bytes: int = 0,
    ) -> httpx.Request:
        """Build and sign a request for one object."""
        settings = self._settings
        key = f"{settings.prefix.strip('/')}/{sha256}".lstrip("/")
        path = quote(f"/{settings.bucket}/{key}")
        headers = sign(
            method,
            f"{settings.endpoint.rstrip('/')}{path}",
            body_sha256=body_sha256,
            settings=settings,
            now=datetime.datetime.now(datetime.UTC),
            byte_range=byte_range,
        )
        url = f"{settings.endpoint.rstrip('/')}{path}"
        if content is not None:
            headers["content-length"] = str(num_bytes)
        return self._client.build_request(method, url, headers=headers, content=content)


def sign(
    method: str,
    url: str,
    *,
    body_sha256: str,
    settings: S3Settings,
    now: datetime.datetime,
    byte_range: str = "",
) -> dict[str, str]:
    """Return the headers that prove who asks, for a request without a query.

    Args:
        method: In capitals.
        url: Its path percent-encoded.
        body_sha256: Of the body, lower-case hex.
        settings: Region and credentials.
        now: UTC.
        byte_range: As in `bytes=0-9`; empty for all of it.
    """
    parts = urlsplit(url)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    asked = {"range": byte_range} if byte_range else {}
    amz = {"x-amz-content-sha256": body_sha256, "x-amz-date": stamp}
    signed = {"host": parts.netloc, **asked, **amz}
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = f"{method}\n{parts.path}\n\n{lines}\n{names}\n{body_sha256}"
    scope = f"{stamp[:8]}/{settings.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{settings.secret_key}".encode()
    for part in (stamp[:8], settings.region, "s3", "aws4_request"):
        key = _hmac(key, part)
    signature = _hmac(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}").hex()
    credential = f"{settings.access_key}/{scope}"
    return {
        **signed,
        "authorization": f"AWS4-HMAC-SHA256 Credential={credential},"
        f"SignedHeaders={names},Signature={signature}",
    }


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _failure(response: httpx.Response, sha256: str) -> ResourceError:
    """Say what the store answered."""
    if response.status_code == 404:
        return ResourceError(
            f"The file store has lost {sha256[:12]}....", advice="Run the job again."
        )
    return ResourceError(
        f"The file store answered {response.status_code} for {sha256[:12]}....",
        advice="Check the bucket, the region and the credentials of the S3 settings.",
    )


def _unreachable(error: httpx.HTTPError) -> ResourceError:
    return ResourceError(
        f"The file store cannot be reached ({type(error).__name__}).",
        advice="Check the S3 endpoint, and try again.",
    )
