import json

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from bozzetto.studio.app import create_app
from bozzetto.studio.schema import SCHEMA, schema_text
from tests.studio.running import OWN, a_picture, a_project, a_service, settings_in, upload

EXAMPLES = 8
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def test_the_committed_schema_is_the_services():
    assert SCHEMA.read_text("utf-8") == schema_text(), "Run python -m bozzetto.studio.schema"


def test_every_operation_is_named_once_and_told_in_a_sentence():
    operations = [
        operation
        for methods in json.loads(schema_text())["paths"].values()
        for operation in methods.values()
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation.get("description") or operation["summary"] for operation in operations)


def test_whatever_is_sent_there_is_no_server_error_and_answers_have_their_form(tmp_path):
    service = settings_in(tmp_path)
    with a_service(service) as client:
        upload(client, a_project(client), a_picture())
    schema = schemathesis.openapi.from_dict(json.loads(schema_text()))
    schema.app, schema.location = create_app(service), "/v1/openapi.json"
    for operation in schema.exclude(path_regex="/events$").get_all_operations():
        hold(operation.ok())


def hold(operation):
    """Send generated requests, and hold the answers against the schema."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case):
        case.call_and_validate(base_url=OWN, checks=CHECKS, timeout=300)

    send()
