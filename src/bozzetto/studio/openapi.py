"""Complete the schema that the framework makes: problem details, tokens, idempotency keys."""

from typing import TYPE_CHECKING, cast

from pydantic import JsonValue
from pydantic.json_schema import models_json_schema

from bozzetto.wire.problems import Problem

if TYPE_CHECKING:
    JsonObject = dict[str, JsonValue]
else:
    JsonObject = dict[str, object]  # Run-time checkers cannot follow a type that names itself.
_OPEN = ("get_health", "log_in")
_FORM_ERRORS = ("HTTPValidationError", "ValidationError")
_KEY: JsonObject = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A fresh UUID for each thing to be made: sent again, nothing new is made.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


def complete(schema: JsonObject) -> JsonObject:
    """Add what the framework does not know, and take out what it makes up."""
    components = _object(schema, "components")
    schemas = _object(components, "schemas")
    for name in _FORM_ERRORS:
        schemas.pop(name, None)
    _, definitions = models_json_schema(
        [(Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )
    schemas.update(cast("JsonObject", definitions["$defs"]))
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "bozzetto_session"},
    }
    for methods in _object(schema, "paths").values():
        for method, operation in cast("dict[str, JsonObject]", methods).items():
            _complete_operation(method, operation)
    return schema


def _complete_operation(method: str, operation: JsonObject) -> None:
    """Complete one operation."""
    _object(operation, "responses").pop("422", None)
    if operation["operationId"] not in _OPEN:
        # None of them on a loopback address.
        operation["security"] = [{"token": []}, {"session": []}, {}]
    if method == "post":
        parameters = cast("list[JsonValue]", operation.setdefault("parameters", []))
        parameters.append(_KEY)


def _object(parent: JsonObject, name: str) -> JsonObject:
    """Return a part of the schema."""
    return cast("JsonObject", parent[name])
