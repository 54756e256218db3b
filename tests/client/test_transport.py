"""The client over connections that break and services that ask it to wait."""

import datetime
from email.utils import format_datetime

import httpx
import pytest

from bozzetto.client import Studio, StudioError
from bozzetto.client.transport import Transport
from bozzetto.errors import InputError
from bozzetto.wire.base import File
from bozzetto.wire.jobs import Job, JobState
from bozzetto.wire.service import Capabilities

URL = "http://127.0.0.1:8765"
NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
A_FILE = File(
    url="/v1/file", name="a.glb", media_type="model/gltf-binary", sha256="0" * 64, num_bytes=6
)


class Breaking(httpx.SyncByteStream):
    """The body of an answer whose connection breaks after these bytes."""

    def __init__(self, data):
        self._data = data

    def __iter__(self):
        yield self._data
        raise httpx.ReadError("Connection reset by peer")


def a_job(state, *, version=1):
    return Job(
        id="job_1",
        project_id="prj_1",
        kind="masks",
        state=state,
        stage="",
        percent=0,
        elapsed_seconds=0,
        remaining_seconds=None,
        options={},
        created_at=NOON,
        created_by="local",
        started_at=None,
        finished_at=None,
        attempt=1,
        version=version,
        num_results=0,
        error=None,
    )


def events_of(*jobs):
    return "".join(f": still here\n\nevent: job\ndata: {j.model_dump_json()}\n\n" for j in jobs)


def stream(body):
    """An answer of server-sent events: text that ends, or bytes after which the line breaks."""
    headers = {"Content-Type": "text/event-stream"}
    if isinstance(body, Breaking):
        return httpx.Response(200, headers=headers, stream=body)
    return httpx.Response(200, headers=headers, text=body)


class Service:
    """Gives prepared answers in their order, the last one for ever, and counts the requests."""

    def __init__(self, *answers):
        self._answers = answers
        self.num_requests = 0
        self.pauses = []

    def __call__(self, request):
        answer = self._answers[min(self.num_requests, len(self._answers) - 1)]
        self.num_requests += 1
        if isinstance(answer, Exception):
            raise answer
        return answer()

    @property
    def transport(self):
        return Transport(URL, transport=httpx.MockTransport(self), sleep=self.pauses.append)

    @property
    def studio(self):
        return Studio(URL, transport=httpx.MockTransport(self), sleep=self.pauses.append)


def test_waiting_outlives_a_connection_that_breaks_between_two_events():
    running, ended = a_job(JobState.RUNNING), a_job(JobState.SUCCEEDED, version=2)
    service = Service(
        lambda: stream(Breaking(events_of(running).encode())), lambda: stream(events_of(ended))
    )
    seen = []
    assert service.studio.wait(a_job(JobState.QUEUED), watch=seen.append) == ended
    assert seen == [running, ended]


def test_a_comment_after_an_event_with_an_id_is_no_event():
    running, ended = a_job(JobState.RUNNING), a_job(JobState.SUCCEEDED, version=2)
    text = "".join(
        f"id: {job.version}\nevent: job\ndata: {job.model_dump_json()}\n\n: still here\n\n"
        for job in (running, ended)
    )
    seen = []
    service = Service(lambda: stream(text))
    assert service.studio.wait(a_job(JobState.QUEUED), watch=seen.append) == ended
    assert seen == [running, ended]


def test_waiting_for_a_service_that_is_gone_ends_with_an_error_of_ours():
    service = Service(httpx.ConnectError("Connection refused"))
    with pytest.raises(StudioError, match="ConnectError"):
        service.studio.wait(a_job(JobState.QUEUED))
    assert service.num_requests == 8
    assert 30 < sum(service.pauses) < 60


def test_every_event_restores_the_patience_of_the_one_who_waits():
    broken = [lambda: stream(Breaking(events_of(a_job(JobState.RUNNING)).encode()))] * 20
    service = Service(*broken, lambda: stream(events_of(a_job(JobState.FAILED))))
    assert service.studio.wait(a_job(JobState.QUEUED)).state is JobState.FAILED


def test_a_download_that_breaks_begins_again_and_is_whole(tmp_path):
    service = Service(
        lambda: httpx.Response(200, stream=Breaking(b"gl")),
        lambda: httpx.Response(200, content=b"glTF 2"),
    )
    path = service.studio.download(A_FILE, tmp_path / "a.glb")
    assert path.read_bytes() == b"glTF 2"


def test_a_download_that_keeps_breaking_is_an_error_of_ours_and_leaves_nothing(tmp_path):
    service = Service(lambda: httpx.Response(200, stream=Breaking(b"gl")))
    with pytest.raises(StudioError, match="ReadError"):
        service.studio.download(A_FILE, tmp_path / "a.glb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seconds", [0, 3])
def test_the_client_waits_as_many_seconds_as_the_service_asks_for(seconds):
    busy = httpx.Response(429, headers={"Retry-After": str(seconds)})
    service = Service(lambda: busy, lambda: httpx.Response(204))
    service.transport.delete("/v1/projects/p")
    assert service.pauses == [pytest.approx(seconds + 0.4)]


def test_the_client_waits_until_the_date_that_the_service_names():
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=5)
    headers = {"Retry-After": format_datetime(soon, usegmt=True)}
    service = Service(lambda: httpx.Response(503, headers=headers), lambda: httpx.Response(204))
    service.transport.delete("/v1/projects/p")
    (pause,) = service.pauses
    assert 3 < pause <= 5.4


@pytest.mark.parametrize("text", ["Thu, 01 Jan 1970 00:00:00 GMT", "soon", "-5", "nan", "1e3", ""])
def test_a_date_that_is_past_or_no_date_makes_the_client_wait_no_longer(text):
    busy = httpx.Response(503, headers={"Retry-After": text})
    service = Service(lambda: busy, lambda: httpx.Response(204))
    service.transport.delete("/v1/projects/p")
    assert service.pauses == [pytest.approx(0.4)]


def test_no_pause_is_longer_than_ten_seconds():
    busy = httpx.Response(503, headers={"Retry-After": "86400"})
    service = Service(lambda: busy, lambda: httpx.Response(204))
    service.transport.delete("/v1/projects/p")
    assert service.pauses == [10.0]


def test_a_refusal_is_not_sent_again():
    service = Service(lambda: httpx.Response(404))
    with pytest.raises(StudioError, match="answered 404"):
        service.transport.delete("/v1/projects/p")
    assert (service.num_requests, service.pauses) == (1, [])


def test_an_answer_of_another_server_is_an_error_of_ours():
    service = Service(lambda: httpx.Response(200, text="<html>Welcome</html>"))
    with pytest.raises(StudioError, match="does not have the form"):
        service.transport.get("/v1/capabilities", Capabilities)


def test_an_address_that_is_no_url_is_refused_with_an_example():
    with pytest.raises(InputError, match="should be a URL") as caught:
        Studio("http://[::1")
    assert "http://127.0.0.1:8765" in caught.value.advice
