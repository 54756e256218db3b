"""Small stages with known results, at the top level so that workers find them."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from bozzetto.errors import InputError
from bozzetto.plans.plan import InputFile, Node, Plan
from bozzetto.plans.stage import Codec, Stage
from bozzetto.resources import Resources


def encode(value):
    return {"value.txt": value.encode()}


def decode(files):
    return files["value.txt"].decode()


TEXT = Codec(encode=encode, decode=decode)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Options of the toys."""

    letter: str = ""
    diary: str = ""
    """A file that gets a line whenever a stage runs."""
    pause: float = 0.0


def note(options):
    if options.diary:
        handle = os.open(options.diary, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{options.letter}\n".encode())
        os.close(handle)


def say(*, options, context):
    context.step("say")
    time.sleep(options.pause)
    note(options)
    return options.letter


def read(*, file, options, context):
    return f"{file.name}={file.read().decode()}"


def join(*, parts, options, context):
    (context.scratch / "anything").write_text("goes away")
    time.sleep(options.pause)
    note(options)
    return "".join(part.load() for part in parts) + options.letter


def refuse(*, options, context):
    raise InputError("This cannot be.", advice="Try another.")


def fault(*, options, context):
    raise ZeroDivisionError("a fault of ours")


def die(*, options, context):
    os._exit(9)


def whereabouts(*, options, context):
    return str(os.getpid())


SAY = Stage(name="say", version=1, run=say, codec=TEXT)
READ = Stage(name="read", version=1, run=read, codec=TEXT)
JOIN = Stage(name="join", version=1, run=join, codec=TEXT)
REFUSE = Stage(name="refuse", version=1, run=refuse, codec=TEXT)
FAULT = Stage(name="fault", version=1, run=fault, codec=TEXT)
DIE = Stage(name="die", version=1, run=die, codec=TEXT)
NEEDS_GPU = Stage(name="gpu", version=1, run=say, codec=TEXT, resources=Resources(gpu=True))
WHEREABOUTS = Stage(name="whereabouts", version=1, run=whereabouts, codec=TEXT, keeps_model=True)


def said(letter, **more):
    return Node(stage=SAY, inputs={}, options=Wish(letter=letter, **more), label=f"say {letter}")


def joined(parts, letter="", **more):
    return Node(stage=JOIN, inputs={"parts": tuple(parts)}, options=Wish(letter=letter, **more))


def a_tree(diary: Path | None = None, pause: float = 0.0) -> Plan:
    """Four leaves, two branches, one root: `abcd` and what the branches and the root add."""
    more = {"diary": str(diary) if diary else "", "pause": pause}
    leaves = [said(letter, **more) for letter in "abcd"]
    branches = [joined(leaves[:2], "1", **more), joined(leaves[2:], "2", **more)]
    return Plan(wanted=(joined(branches, "!", **more),))


def a_file(store, text="hello", name="a.txt"):
    return InputFile(sha256=store.put(text.encode()), name=name)
