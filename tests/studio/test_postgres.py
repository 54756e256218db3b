"""The service over PostgreSQL."""

import pytest

from tests.studio.running import (
    TEAM,
    a_picture,
    a_project,
    a_service,
    a_token,
    bearer,
    settings_in,
    upload,
)
from tests.studio.servers import a_postgres


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with a_postgres(tmp_path_factory) as new_database:
        yield new_database()


def test_the_service_works_over_postgresql_from_login_to_audit(url, tmp_path):
    settings = settings_in(tmp_path, host="0.0.0.0", public_url=TEAM, database_url=url)
    with a_service(settings, base_url=TEAM) as client:
        admin = bearer(a_token(settings, "admin"))
        project = a_project(client, headers=admin | {"Idempotency-Key": "k"})
        assert a_project(client, headers=admin | {"Idempotency-Key": "k"}) == project
        photo = upload(client, project, a_picture(), headers=admin).json()
        job = client.post(f"/v1/projects/{project}/masks", json={}, headers=admin).json()
        assert job["state"] == "queued"
        listed = client.get("/v1/projects", headers=admin).json()["items"]
        assert [(item["id"], item["num_photos"]) for item in listed] == [(project, 1)]
        assert listed[0]["cover"]["sha256"] == photo["file"]["sha256"]
        assert client.post(f"/v1/jobs/{job['id']}/cancel", headers=admin).status_code == 200
        assert client.delete(f"/v1/projects/{project}", headers=admin).status_code == 204
        actions = [e["action"] for e in client.get("/v1/audit", headers=admin).json()["items"]]
        assert f"DELETE /v1/projects/{project}" in actions
        assert client.get("/v1/jobs", headers=admin).json()["items"] == []
