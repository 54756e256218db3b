"""The committed page is what its sources give, and its types are the schema's."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from bozzetto.studio.app import PAGE as BUILT
from bozzetto.studio.schema import SCHEMA
from tests.studio.page.browser import PAGE

SINGLE = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.js")
TOOL = PAGE / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
STALE = "The committed page is stale: run `make page`."


def digest(folder, paths):
    """Hash names and contents, as page/stamp.mjs does."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        whole.update(f"{path}\0{content}\n".encode())
    return whole.hexdigest()


def files_in(folder):
    return [p.relative_to(folder) for p in folder.rglob("*") if p.is_file()]


@pytest.fixture(scope="module")
def stamp():
    return json.loads((BUILT / "build.json").read_text("utf-8"))


def test_the_committed_page_was_built_from_these_sources(stamp):
    below = [
        f"{name}/{path.as_posix()}" for name in ("src", "public") for path in files_in(PAGE / name)
    ]
    assert stamp["sources"] == digest(PAGE, [*SINGLE, *below]), STALE


def test_the_committed_page_was_not_edited_by_hand(stamp):
    built = [path.as_posix() for path in files_in(BUILT) if path.name != "build.json"]
    assert stamp["outputs"] == digest(BUILT, built), STALE


def test_the_page_was_built_for_this_api(stamp):
    assert stamp["schema"] == digest(SCHEMA.parent, [SCHEMA.name]), STALE


def test_the_types_are_those_of_the_schema(tmp_path):
    if not TOOL.exists():
        pytest.skip("The page's tools are not installed: run `make setup`.")
    made = tmp_path / "schema.d.ts"
    environment = {**os.environ, "NO_COLOR": "1"}
    command = ["node", str(TOOL), str(SCHEMA), "-o", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert made.read_text("utf-8") == (PAGE / "src/api/schema.d.ts").read_text("utf-8"), STALE


def test_nothing_in_the_page_would_break_the_content_policy():
    html = (BUILT / "index.html").read_text("utf-8")
    assert "<style" not in html
    assert "style=" not in html
    assert html.count("<script") == html.count('src="./assets/')
    assert "http://" not in html
    assert "https://" not in html


def test_the_whole_page_is_small():
    size = {path.name: path.stat().st_size for path in Path(BUILT / "assets").iterdir()}
    assert size["index.js"] < 120_000, "What every visit loads."
    assert sum(size.values()) < 1_600_000
