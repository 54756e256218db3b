"""The page and the service read the same sizes."""

import json
import shutil
import subprocess

import pytest

from bozzetto.delivery.sizing import parse_size
from bozzetto.errors import InputError
from bozzetto.studio.kinds.exports import size_form
from tests.studio.page.browser import PAGE

SIZES = (
    "height=42cm",
    "Width = 420 MM",
    "depth=.5m",
    "longest=10in",
    "height=6ft",
    "height=42+-0.5cm",
    "height=42±0.5cm",
    "points=812,340:812,1210=30cm",
    "points=1,2:3.5,4=1+-0.1ft",
)
NO_SIZES = (
    "42cm",
    "height=",
    "height=42",
    "height=42km",
    "height=-4cm",
    "girth=4m",
    "height=4m tall",
    "points=1,2=3cm",
    "points=1,2:3,4=5",
    "heightx42cm",
)
_SCRIPT = """
const { compact, isSize } = await import(process.argv[1]);
const { pattern, texts } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(texts.map((text) => isSize(compact(text), pattern))));
"""


def read_by_the_page(texts):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed: run `make setup`.")
    module = (PAGE / "src" / "views" / "exports" / "size.ts").as_uri()
    given = json.dumps({"pattern": size_form().pattern, "texts": texts})
    command = [node, "--no-warnings", "--input-type=module", "-e", _SCRIPT, module, given]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def read_by_the_service(text):
    try:
        parse_size(text)
    except InputError:
        return False
    return True


def test_what_one_of_them_takes_the_other_takes_too():
    assert [read_by_the_service(text) for text in SIZES] == [True] * len(SIZES)
    assert read_by_the_page(SIZES) == [True] * len(SIZES)


def test_what_one_of_them_refuses_the_other_refuses_too():
    assert [read_by_the_service(text) for text in NO_SIZES] == [False] * len(NO_SIZES)
    assert read_by_the_page(NO_SIZES) == [False] * len(NO_SIZES)


def test_every_form_that_the_advice_shows_is_read():
    examples = [word.strip(".,;") for word in size_form().advice.split() if "=" in word]
    assert len(examples) >= 3
    assert read_by_the_page(examples) == [True] * len(examples)
    assert all(read_by_the_service(text) for text in examples)
