"""Write the JSON Schemas of what commands print with --json: `python -m tools.json_schemas`."""

import json
from pathlib import Path

from bozzetto.cli.results import RESULTS, schema_of

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"


def text_of(command: str) -> str:
    """Return the text of a command's schema file."""
    return json.dumps(schema_of(command), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for command in RESULTS:
        (FOLDER / f"{command}.json").write_text(text_of(command), encoding="utf-8")


if __name__ == "__main__":
    main()
