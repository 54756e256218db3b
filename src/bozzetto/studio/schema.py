"""The OpenAPI schema of the service, as it is committed beside the page that is built from it.

`python -m bozzetto.studio.schema` writes it anew; a test fails while the file is stale.
"""

import json
from pathlib import Path

from bozzetto.studio.app import api

SCHEMA = Path(__file__).parent / "openapi.json"


def schema_text() -> str:
    """Return the schema as the committed file has it."""
    return json.dumps(api().openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
