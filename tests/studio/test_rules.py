"""The rules of security, a test for each."""

import io
import json
import re
import zipfile

import pytest
from PIL import Image

from bozzetto.errors import InputError
from bozzetto.studio.app import api
from bozzetto.studio.security.actors import Needs
from bozzetto.studio.settings import Limits, Settings
from bozzetto.wire.service import Role
from tests.studio.running import (
    OWN,
    TEAM,
    a_picture,
    a_project,
    a_service,
    a_token,
    bearer,
    settings_in,
    upload,
)

NO_ID = "prj_000000000000000000000000"
OPEN = {"get_health", "log_in"}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """The service on loopback."""
    with a_service(settings_in(tmp_path_factory.mktemp("here"))) as client:
        yield client


@pytest.fixture(scope="module")
def team_settings(tmp_path_factory):
    return settings_in(tmp_path_factory.mktemp("team"), host="0.0.0.0", public_url=TEAM)


@pytest.fixture(scope="module")
def tokens(team_settings):
    with a_service(team_settings, base_url=TEAM):
        return {role: bearer(a_token(team_settings, role)) for role in Role}


@pytest.fixture
def team(team_settings):
    """The service for a team; a fresh one for each test, as it counts failures."""
    with a_service(team_settings, base_url=TEAM) as client:
        yield client


def test_on_loopback_nobody_logs_in(here):
    assert here.get("/v1/me").json() == {"name": "local", "role": "admin", "csrf": None}


@pytest.mark.parametrize("host", ["evil.example:8765", "127.0.0.1:1", "127.0.0.1.evil.example", ""])
def test_another_host_is_refused_so_that_no_name_can_be_rebound_to_us(here, host):
    assert here.get("/v1/projects", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765"])
def test_every_name_of_this_machine_is_ours(here, host):
    assert here.get("/v1/me", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pages_of_others_get_nothing(here, headers, method):
    answer = here.request(method, "/v1/projects", headers=headers, json={"title": "x"})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_page_gets_everything(here):
    headers = {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}
    assert here.post("/v1/projects", headers=headers, json={"title": "x"}).status_code == 201


def test_a_form_of_another_page_cannot_pass_for_json(here):
    headers = {"Content-Type": "text/plain"}
    answer = here.post("/v1/projects", headers=headers, content=json.dumps({"title": "x"}))
    assert answer.status_code == 422


def test_elsewhere_everything_wants_a_token(team):
    for path, operations in api().openapi()["paths"].items():
        for method, operation in operations.items():
            if operation["operationId"] not in OPEN:
                url = re.sub(r"\{[^}]*\}", NO_ID, path)
                assert team.request(method, url).status_code == 401, path


@pytest.mark.parametrize("token", ["", "bozz_", "bozz_" + "x" * 43, "ü" * 40])
def test_a_wrong_token_is_no_token(team, token):
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = team.get("/v1/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_is_known_by_its_hash_alone(team_settings, tokens):
    secret = tokens[Role.ADMIN]["Authorization"].removeprefix("Bearer ").encode()
    kept = [path.read_bytes() for path in team_settings.data.glob("studio.sqlite3*")]
    assert not any(secret in data for data in kept)


def test_every_path_names_the_role_that_it_takes():
    for route in api().routes:
        if getattr(route, "name", "") in OPEN or not hasattr(route, "dependant"):
            continue
        needs = [d.call for d in route.dependant.dependencies if isinstance(d.call, Needs)]
        assert len(needs) == 1, route.path
        if route.methods - {"GET"} and route.name != "log_out":
            assert needs[0].role is not Role.VIEWER, route.path


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/v1/projects", Role.VIEWER),
        ("POST", "/v1/projects", Role.ARTIST),
        ("POST", f"/v1/projects/{NO_ID}/approvals", Role.APPROVER),
        ("DELETE", f"/v1/projects/{NO_ID}", Role.ADMIN),
        ("GET", "/v1/tokens", Role.ADMIN),
        ("GET", "/v1/audit", Role.ADMIN),
    ],
)
def test_a_role_may_what_it_may_and_no_more(team, tokens, method, path, needed):
    for role in Role:
        body = {"title": "x", "draft_id": "res_1"} if method == "POST" else None
        body = {"title": "x"} if path == "/v1/projects" and body else body
        status = team.request(method, path, headers=tokens[role], json=body).status_code
        assert (status != 403) == role.may(needed), (role, status)


def test_a_revoked_token_lets_nobody_in(team, tokens):
    made = team.post(
        "/v1/tokens", headers=tokens[Role.ADMIN], json={"name": "eve", "role": "viewer"}
    ).json()
    headers = bearer(made["secret"])
    assert team.get("/v1/me", headers=headers).status_code == 200
    team.delete(f"/v1/tokens/{made['token']['id']}", headers=tokens[Role.ADMIN])
    assert team.get("/v1/me", headers=headers).status_code == 401


def test_a_browser_logs_in_with_a_cookie_that_scripts_cannot_read(team, tokens):
    secret = tokens[Role.ARTIST]["Authorization"].removeprefix("Bearer ")
    answer = team.post("/v1/session", json={"token": secret})
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Secure"} <= set(cookie.split("; "))
    assert secret not in cookie
    assert team.get("/v1/me").json()["csrf"] == answer.json()["csrf"]


def test_a_change_by_cookie_repeats_the_csrf_token(team, tokens):
    secret = tokens[Role.ARTIST]["Authorization"].removeprefix("Bearer ")
    csrf = team.post("/v1/session", json={"token": secret}).json()["csrf"]
    statuses = [
        team.post("/v1/projects", json={"title": "x"}, headers=headers).status_code
        for headers in ({}, {"X-CSRF-Token": "guess"}, {"X-CSRF-Token": csrf})
    ]
    assert statuses == [403, 403, 201]


def test_logging_out_ends_the_session_on_the_server(team, tokens):
    secret = tokens[Role.VIEWER]["Authorization"].removeprefix("Bearer ")
    csrf = team.post("/v1/session", json={"token": secret}).json()["csrf"]
    cookie = dict(team.cookies)
    team.delete("/v1/session", headers={"X-CSRF-Token": csrf})
    team.cookies.update(cookie)
    assert team.get("/v1/me").status_code == 401


def test_whoever_tries_tokens_is_slowed_down(team_settings):
    with a_service(team_settings, base_url=TEAM) as client:
        statuses = [
            client.post("/v1/session", json={"token": "bozz_" + "x" * 43}).status_code
            for _ in range(team_settings.limits.login_failures_per_minute + 1)
        ]
    assert statuses == [401] * (len(statuses) - 1) + [429]


def test_requests_are_limited_for_each_token(tmp_path):
    limits = Limits(requests_per_second=0.01, request_burst=3)
    settings = settings_in(tmp_path, host="0.0.0.0", public_url=TEAM, limits=limits)
    with a_service(settings, base_url=TEAM) as client:
        ada, bob = (bearer(a_token(settings, "viewer", name=name)) for name in ("ada", "bob"))
        statuses = [client.get("/v1/me", headers=ada).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert client.get("/v1/me", headers=bob).status_code == 200


def test_projects_are_limited_for_each_token(tmp_path):
    settings = settings_in(tmp_path, limits=Limits(projects_per_person=2))
    with a_service(settings) as client:
        statuses = [client.post("/v1/projects", json={"title": "x"}).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]


def test_photos_of_a_project_are_limited(tmp_path):
    with a_service(settings_in(tmp_path, limits=Limits(photos_per_project=1))) as client:
        project = a_project(client)
        statuses = [upload(client, project, a_picture(seed=seed)).status_code for seed in range(2)]
    assert statuses == [201, 429]


def test_a_texture_lock_is_no_photo_of_the_limit(tmp_path):
    with a_service(settings_in(tmp_path, limits=Limits(photos_per_project=1))) as client:
        project = a_project(client)
        upload(client, project, a_picture())
        locked = client.post(f"/v1/projects/{project}/locks", content=a_picture(seed=1))
    assert locked.status_code == 201


def test_waiting_jobs_are_limited_for_each_token(tmp_path):
    with a_service(settings_in(tmp_path, limits=Limits(waiting_jobs_per_person=1))) as client:
        project = a_project(client)
        upload(client, project, a_picture())
        statuses = [
            client.post(f"/v1/projects/{project}/masks", json={}).status_code for _ in range(2)
        ]
    assert statuses == [202, 429]


def test_bodies_are_limited_whether_they_tell_their_size_or_not(tmp_path):
    with a_service(settings_in(tmp_path, limits=Limits(json_bytes=1000))) as client:
        told = client.post("/v1/projects", content=b"x" * 1001)
        untold = client.post("/v1/projects", content=iter([b"x" * 600] * 2))
    assert (told.status_code, untold.status_code) == (413, 413)


@pytest.mark.parametrize(
    "data",
    [
        b"<script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"http://169.254.169.254/latest/meta-data",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"",
    ],
)
def test_what_is_no_photo_is_refused_by_its_content(here, data):
    answer = upload(here, a_project(here), data, name="photo.png")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/photo"
    assert answer.json()["advice"]


def test_a_huge_picture_is_refused_before_its_pixels_are_decoded(here):
    out = io.BytesIO()
    Image.new("1", (11_000, 11_000)).save(out, format="PNG")
    answer = upload(here, a_project(here), out.getvalue())
    assert (answer.status_code, "megapixels" in answer.json()["detail"]) == (422, True)


def test_a_file_hidden_behind_a_picture_is_not_kept(here):
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    photo = upload(here, a_project(here), a_picture() + hidden.getvalue()).json()
    kept = here.get(photo["file"]["url"]).content
    assert not zipfile.is_zipfile(io.BytesIO(kept))
    assert b"evil" not in kept


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.png", "a'\"\u202e.png"])
def test_names_are_never_paths(tmp_path, name):
    settings = settings_in(tmp_path)
    with a_service(settings) as client:
        photo = upload(client, a_project(client), a_picture(), name=name).json()
        header = client.get(photo["file"]["url"]).headers["content-disposition"]
    assert photo["name"] == name
    assert re.fullmatch(r"inline; filename\*=UTF-8''[A-Za-z0-9._%~-]+", header)
    everything = {path.name for path in tmp_path.rglob("*")}
    assert not [file for file in everything if "passwd" in file or "x.png" in file]


def test_nothing_that_is_served_can_run(here):
    photo = upload(here, a_project(here), a_picture()).json()
    headers = here.get(photo["file"]["url"]).headers
    assert "sandbox" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_page_runs_its_own_scripts_only(here):
    policy = here.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_no_request_has_a_field_for_an_address_to_fetch():
    text = json.dumps(api().openapi()["components"]["schemas"])
    schemas = json.loads(text)
    asked = [name for name in schemas if name.endswith("Request") or name.startswith("New")]
    fields = [field for name in asked for field in schemas[name].get("properties", {})]
    assert asked
    assert not [field for field in fields if re.search("ur[il]|href|address|host", field)]


def test_changes_and_refusals_are_in_the_audit_log(team, tokens):
    team.post("/v1/projects", headers=tokens[Role.ARTIST], json={"title": "x"})
    team.get("/v1/me")
    entries = team.get("/v1/audit", headers=tokens[Role.ADMIN]).json()["items"]
    told = [(entry["action"], entry["status"], entry["who"].split(" ")[0]) for entry in entries]
    assert ("POST /v1/projects", 201, "ada") in told
    assert ("GET /v1/me", 401, "") in told


def test_a_key_makes_one_thing_however_often_it_is_sent(here):
    headers = {"Idempotency-Key": "k1"}
    answers = [here.post("/v1/projects", headers=headers, json={"title": "x"}) for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [a.headers.get("idempotency-replayed") for a in answers] == [None, "true", "true"]


def test_a_key_stands_for_one_request(here):
    headers = {"Idempotency-Key": "k2"}
    here.post("/v1/projects", headers=headers, json={"title": "x"})
    assert here.post("/v1/projects", headers=headers, json={"title": "y"}).status_code == 422


def test_one_persons_key_is_not_anothers(team_settings, team, tokens):
    headers = {"Idempotency-Key": "k3"}
    ids = {
        team.post("/v1/projects", headers=tokens[role] | headers, json={"title": "x"}).json()["id"]
        for role in (Role.ARTIST, Role.ADMIN)
    }
    assert len(ids) == 2


def test_an_address_that_no_request_could_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="address by which people"):
        Settings(data=tmp_path, host="0.0.0.0")
