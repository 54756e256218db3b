"""A class name stands for one thing."""

import ast
from collections import defaultdict
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src" / "bozzetto"
NOT_YET = {"Paint", "Profile", "Solid", "Surface"}
"""Of the engines."""


def test_no_class_name_is_given_twice():
    homes = defaultdict(list)
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(f"{path.relative_to(SOURCES)}:{node.lineno}")
    assert len(homes) > 500
    assert {name: at for name, at in homes.items() if len(at) > 1 and name not in NOT_YET} == {}
