"""Both stores keep what they are given, and nothing else."""

import datetime
import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from bozzetto.errors import ResourceError
from bozzetto.studio.blobs.base import BlobStore
from bozzetto.studio.blobs.local import LocalBlobs
from bozzetto.studio.blobs.s3 import S3Blobs, sign
from bozzetto.studio.settings import S3Settings

ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DATA = bytes(range(256)) * 5000


class FakeS3(BaseHTTPRequestHandler):
    """Speaks the part of the protocol that the store uses, and checks signatures and hashes."""

    objects: ClassVar[dict[str, bytes]] = {}
    failures: ClassVar[list[int]] = []
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Keep quiet."""

    def _body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refusal(self, body):
        """Return a status to refuse with; None for a request that is signed as it should be."""
        if self.failures:
            return self.failures.pop()
        stamp = self.headers["x-amz-date"]
        wanted = sign(
            self.command,
            f"http://{self.headers['Host']}{self.path}",
            body_sha256=hashlib.sha256(body).hexdigest(),
            settings=settings_for(0),
            now=datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ"),
            byte_range=self.headers.get("Range", ""),
        )
        return None if self.headers["Authorization"] == wanted["authorization"] else 403

    def _serve(self):
        body = self._body()
        status = self._refusal(body)
        known = self.objects.get(self.path)
        if status is not None:
            self._answer(status)
        elif self.command == "PUT":
            self.objects[self.path] = body
            self._answer(200)
        elif known is None:
            self._answer(404)
        elif self.command == "DELETE":
            del self.objects[self.path]
            self._answer(204)
        elif asked := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
            self._answer(206, known[int(asked[1]) : int(asked[2]) + 1])
        else:
            self._answer(200, known)

    do_GET = do_HEAD = do_PUT = do_DELETE = _serve


def settings_for(port, *, secret=SECRET):
    return S3Settings(
        endpoint=f"http://127.0.0.1:{port}",
        bucket="bucket",
        prefix="some/where",
        access_key=ACCESS,
        secret_key=secret,
    )


@pytest.fixture
def s3():
    FakeS3.objects.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeS3)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["local", "s3"])
def store(request, tmp_path):
    if request.param == "local":
        yield LocalBlobs(tmp_path / "blobs")
    else:
        yield from an_s3_store(request.getfixturevalue("s3"))


def an_s3_store(port, *, secret=SECRET):
    store = S3Blobs(settings_for(port, secret=secret))
    yield store
    store.close()


@pytest.fixture
def remote(s3):
    """The store on the other machine."""
    yield from an_s3_store(s3)


@pytest.fixture
def stranger(s3):
    """The same, with wrong credentials."""
    yield from an_s3_store(s3, secret="wrong")


@pytest.fixture
def nowhere():
    """A store where nobody listens."""
    yield from an_s3_store(1)


def a_file(folder, data=DATA):
    path = folder / "given"
    path.write_bytes(data)
    return path


def test_a_signature_is_the_one_of_the_published_example():
    """GET Object of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html."""
    headers = sign(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        body_sha256=hashlib.sha256(b"").hexdigest(),
        settings=settings_for(0),
        now=datetime.datetime(2013, 5, 24),
        byte_range="bytes=0-9",
    )
    signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert headers["authorization"].endswith(f"Signature={signature}")


def test_what_is_put_comes_back_whole_and_in_parts(store, tmp_path):
    sha256 = store.put(a_file(tmp_path))
    assert isinstance(store, BlobStore)
    assert sha256 == hashlib.sha256(DATA).hexdigest()
    assert b"".join(store.chunks(sha256, start=0, end=len(DATA))) == DATA
    assert b"".join(store.chunks(sha256, start=300, end=1000)) == DATA[300:1000]
    store.fetch(sha256, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == DATA


def test_putting_again_changes_nothing(store, tmp_path):
    assert store.put(a_file(tmp_path)) == store.put(a_file(tmp_path))


def test_an_empty_file_is_a_file(store, tmp_path):
    sha256 = store.put(a_file(tmp_path, b""))
    assert b"".join(store.chunks(sha256, start=0, end=0)) == b""


def test_what_is_removed_is_gone_and_said_to_be(store, tmp_path):
    sha256 = store.put(a_file(tmp_path))
    store.remove(sha256)
    store.remove(sha256)
    with pytest.raises(ResourceError, match="lost"):
        list(store.chunks(sha256, start=0, end=1))
    with pytest.raises(ResourceError, match="lost"):
        store.fetch(sha256, tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "ab/" * 21 + "a", "A" * 64, ""])
def test_a_name_that_is_no_hash_is_no_path(tmp_path, name):
    with pytest.raises(ValueError, match="SHA-256"):
        list(LocalBlobs(tmp_path).chunks(name, start=0, end=1))


def test_a_store_that_stumbles_is_asked_again(remote, tmp_path):
    sha256 = remote.put(a_file(tmp_path))
    FakeS3.failures.extend([503, 500])
    assert b"".join(remote.chunks(sha256, start=0, end=4)) == DATA[:4]


def test_wrong_credentials_say_what_to_check(stranger, tmp_path):
    with pytest.raises(ResourceError, match=r"403.*credentials"):
        stranger.put(a_file(tmp_path))


def test_a_store_that_is_not_there_is_a_sentence(nowhere, tmp_path):
    with pytest.raises(ResourceError, match="cannot be reached"):
        nowhere.put(a_file(tmp_path))


def test_bytes_that_changed_in_the_store_are_not_handed_out(remote, tmp_path):
    sha256 = remote.put(a_file(tmp_path))
    FakeS3.objects[f"/bucket/some/where/{sha256}"] = b"other"
    with pytest.raises(ResourceError, match="other bytes"):
        remote.fetch(sha256, tmp_path / "back")


def test_the_secret_is_not_shown():
    assert SECRET not in repr(settings_for(1))
