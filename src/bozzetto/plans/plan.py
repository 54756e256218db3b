"""A plan: a small graph of nodes, each one stage with its inputs and options.

A node's key is a hash of all that its result depends on, so a plan says what it will make before
anything is made, and a result that is in the store is never made again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from bozzetto.plans.stage import Block, Stage
from bozzetto.records import digest_of
from bozzetto.resources import Resources

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """Bytes that the store holds, as a node's input."""

    sha256: str
    name: str
    """As the user knows it: results may name it, so it is part of keys."""

    @property
    def key(self) -> str:
        """What stands for it in the keys of nodes."""
        return f"{self.sha256} {self.name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Node(Generic[Value]):
    """One stage, what goes into it, and its options."""

    stage: Stage[Value]
    inputs: Mapping[str, "Input"]
    """By the names of the function's parameters."""
    options: object = None
    """A dataclass of plain values: exactly what the result depends on besides its inputs."""
    label: str = ""
    """For people, as in `draft 2 of 3`."""
    block: Block | None = None
    needs_more: Resources | None = None
    """Where this node asks for other resources than its stage; not part of its key."""

    @property
    def resources(self) -> Resources:
        """What a run of it asks for."""
        return self.needs_more or self.stage.resources

    @cached_property
    def key(self) -> str:
        """SHA-256 of the stage's name and version, its inputs' keys, options and block."""
        inputs = {name: _key(given) for name, given in self.inputs.items()}
        stage = self.stage
        return digest_of((stage.name, stage.version, inputs, self.options, self.block))

    @property
    def title(self) -> str:
        """The label, or the stage's name where there is none."""
        return self.label or self.stage.name

    def needs(self) -> Iterator["Node[Any]"]:
        """Yield the nodes whose results go into this one."""
        for given in self.inputs.values():
            for item in given if isinstance(given, tuple) else (given,):
                if isinstance(item, Node):
                    yield item


@dataclass(frozen=True, kw_only=True)
class KeptResult(Generic[Value]):
    """A result that an earlier plan made, as a node's input: it must be in the store."""

    stage: Stage[Value]
    key: str


AnyNode = Node[Any]
"""A node whatever its result is."""
Input = (
    InputFile | AnyNode | KeptResult[Any] | tuple[InputFile | AnyNode | KeptResult[Any], ...] | None
)


def divided(node: Node[Value], count: int) -> tuple[Node[Value], ...]:
    """Cut a node into so many blocks.

    Raises:
        ValueError: The stage cannot be cut into blocks.
    """
    if not node.stage.divisible:
        raise ValueError(f"The stage {node.stage.name!r} cannot be cut into blocks.")
    return tuple(
        replace(node, block=Block(index=index, count=count), label=f"{node.title} {index + 1}")
        for index in range(count)
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What is wanted: results of some nodes; whatever else they need is made on the way."""

    wanted: tuple[AnyNode, ...] = field(default=())

    def nodes(self) -> tuple[AnyNode, ...]:
        """Return all nodes, each after those that it needs, no key twice."""
        order: dict[str, AnyNode] = {}

        def visit(node: AnyNode) -> None:
            if node.key not in order:
                for needed in node.needs():
                    visit(needed)
                order[node.key] = node

        for node in self.wanted:
            visit(node)
        return tuple(order.values())


def _key(given: Input) -> object:
    """Return what stands for an input in a key."""
    if isinstance(given, tuple):
        return [item.key for item in given]
    return None if given is None else given.key
