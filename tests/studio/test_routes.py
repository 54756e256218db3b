import io
import json

import numpy as np
import pytest
from PIL import Image

from bozzetto.studio.kinds.registry import KINDS
from tests.studio.running import BYTES, a_picture, a_project, a_service, settings_in, upload

JPEG_WITH_PLACE = 0x8825  # The EXIF tag of the GPS block.


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with a_service(settings_in(tmp_path_factory.mktemp("routes"))) as client:
        yield client


@pytest.fixture(scope="module")
def project(client):
    """A project with one photo that several tests look at."""
    project = a_project(client)
    assert upload(client, project, a_picture()).status_code == 201
    return project


def photo_of(client, project):
    return client.get(f"/v1/projects/{project}/photos").json()["items"][0]


def test_what_is_made_is_found_again(client, project):
    found = client.get(f"/v1/projects/{project}").json()
    assert (found["title"], found["num_photos"]) == ("Vase", 1)
    assert found["cover"]["sha256"] == photo_of(client, project)["file"]["sha256"]


def test_a_title_can_be_changed(client):
    project = a_project(client, title="Old")
    client.patch(f"/v1/projects/{project}", json={"title": "New"})
    assert client.get(f"/v1/projects/{project}").json()["title"] == "New"


def test_pages_show_everything_once_newest_first(tmp_path):
    with a_service(settings_in(tmp_path)) as client:
        made = [a_project(client, title=str(n)) for n in range(7)]
        seen, cursor = [], ""
        while cursor is not None:
            page = client.get("/v1/projects", params={"limit": 3, "cursor": cursor}).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
    assert seen == made[::-1]


def test_a_photo_keeps_its_pixels_and_loses_everything_else(client):
    exif = Image.Exif()
    exif.get_ifd(JPEG_WITH_PLACE)[1] = "N"
    exif[0x010E] = "a secret"
    sent = a_picture(form="JPEG", exif=exif)
    project = a_project(client)
    photo = upload(client, project, sent, name="holiday.jpg").json()
    kept = client.get(photo["file"]["url"]).content
    image = Image.open(io.BytesIO(kept))
    assert image.format == "PNG"
    assert b"secret" not in kept
    assert JPEG_WITH_PLACE not in image.getexif()
    np.testing.assert_array_equal(image, Image.open(io.BytesIO(sent)))


def test_a_photo_keeps_its_focal_length(client):
    exif = Image.Exif()
    exif[0x8769] = {0xA405: 50}
    project = a_project(client)
    sent = a_picture(form="JPEG", exif=exif, width=360, height=240)
    photo = upload(client, project, sent).json()
    assert photo["focal_px"] == pytest.approx(500, rel=1e-6)
    again = upload(client, a_project(client), client.get(photo["file"]["url"]).content).json()
    assert again["focal_px"] == pytest.approx(500, rel=1e-4)


def test_the_same_photo_is_taken_in_once(client, project):
    again = upload(client, project, a_picture(), name="again.png")
    assert again.json()["id"] == photo_of(client, project)["id"]


def test_photos_of_one_name_are_told_apart(client):
    project = a_project(client)
    names = [
        upload(client, project, a_picture(seed=seed), name="a.png").json()["name"]
        for seed in range(3)
    ]
    assert names == ["a.png", "a (2).png", "a (3).png"]


def test_a_side_is_named_and_forgotten(client, project):
    url = f"/v1/projects/{project}/photos/{photo_of(client, project)['id']}"
    assert client.patch(url, json={"side": "left"}).json()["side"] == "left"
    assert client.patch(url, json={}).json()["side"] == "left"
    assert client.patch(url, json={"guess_side": True}).json()["side"] is None


def test_strokes_come_back_as_they_were_painted(client, project):
    url = f"/v1/projects/{project}/photos/{photo_of(client, project)['id']}/strokes"
    stroke = {"kind": "keep", "radius_px": 6.0, "points": [[10.5, 20.0], [11.0, 30.25]]}
    assert client.put(url, json={"version": 1, "strokes": [stroke]}).json()["num_strokes"] == 1
    assert client.get(url).json() == {"version": 1, "strokes": [stroke]}
    assert client.put(url, json={"strokes": []}).json()["num_strokes"] == 0


def test_a_mask_of_ones_own_is_kept_at_the_photos_size(client, project):
    grey = Image.new("L", (120, 100))
    grey.paste(255, (20, 20, 90, 80))
    out = io.BytesIO()
    grey.save(out, format="PNG")
    url = f"/v1/projects/{project}/photos/{photo_of(client, project)['id']}/mask"
    photo = client.put(url, content=out.getvalue(), headers=BYTES).json()
    mask = Image.open(io.BytesIO(client.get(photo["mask"]["url"]).content))
    assert (mask.size, mask.mode) == ((240, 200), "L")
    assert client.delete(url).json()["mask"] is None


def test_a_file_has_an_etag_and_is_not_sent_twice(client, project):
    file = photo_of(client, project)["file"]
    first = client.get(file["url"])
    assert first.headers["etag"] == f'"{file["sha256"]}"'
    second = client.get(file["url"], headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [("bytes=0-9", slice(0, 10)), ("bytes=10-", slice(10, None)), ("bytes=-5", slice(-5, None))],
)
def test_a_part_of_a_file_is_that_part(client, project, asked, wanted):
    file = photo_of(client, project)["file"]
    whole = client.get(file["url"]).content
    part = client.get(file["url"], headers={"Range": asked})
    assert (part.status_code, part.content) == (206, whole[wanted])


def test_a_part_beyond_the_end_is_refused(client, project):
    url = photo_of(client, project)["file"]["url"]
    assert client.get(url, headers={"Range": "bytes=99999999-"}).status_code == 416


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_project_without_photos_starts_no_job_and_says_what_to_do(client, kind):
    answer = client.post(f"/v1/projects/{a_project(client)}/{kind}", json={})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["advice"]


def test_a_job_waits_is_listed_and_is_cancelled_at_once(client, project):
    job = client.post(f"/v1/projects/{project}/masks", json={}).json()
    assert (job["state"], job["options"]) == ("queued", {"model": "u2netp"})
    listed = client.get(f"/v1/projects/{project}/jobs", params={"state": "queued"}).json()
    assert job["id"] in [item["id"] for item in listed["items"]]
    assert client.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"


def test_the_events_of_a_job_that_has_ended_say_so_and_end(client, project):
    job = client.post(f"/v1/projects/{project}/masks", json={}).json()["id"]
    client.post(f"/v1/jobs/{job}/cancel")
    answer = client.get(f"/v1/jobs/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    (data,) = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert json.loads(data)["state"] == "cancelled"


def test_an_unknown_engine_is_refused_with_the_known_ones(client, project):
    answer = client.post(f"/v1/projects/{project}/drafts", json={"engine": "magic"})
    assert answer.status_code == 422
    assert "inflate" in answer.json()["advice"]


def test_a_wrong_form_names_the_field(client):
    answer = client.post("/v1/projects", json={"title": "x", "tittle": "y"})
    assert answer.status_code == 422
    assert [field["where"] for field in answer.json()["fields"]] == ["body.tittle"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/projects", 405),
        ("GET", "/v1/projects/prj_000000000000000000000000", 404),
        ("GET", "/nothing", 404),
    ],
)
def test_every_refusal_is_a_problem(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_deleting_a_project_takes_its_files_along(tmp_path):
    settings = settings_in(tmp_path)
    with a_service(settings) as client:
        project, other = a_project(client), a_project(client)
        upload(client, project, a_picture(seed=1))
        shared = upload(client, project, a_picture(seed=2)).json()["file"]
        upload(client, other, a_picture(seed=2))
        assert client.delete(f"/v1/projects/{project}").status_code == 204
        assert client.get(f"/v1/projects/{project}").status_code == 404
        left = [path.name for path in (settings.data / "blobs").rglob("*") if path.is_file()]
    assert left == [shared["sha256"]]


def test_capabilities_name_what_there_is(client):
    told = client.get("/v1/capabilities").json()
    assert told["default_engine"] in [engine["name"] for engine in told["engines"]]
    assert [kind["name"] for kind in told["job_kinds"]] == list(KINDS)
