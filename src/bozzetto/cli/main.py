"""The command `bozzetto`: parse, run, and turn every outcome into an exit code.

Exit codes: 0 done; 1 done, with findings that --fail-on names; 2 bad input or not enough of a
resource; 3 a fault of the program itself; 130 interrupted.
"""

import contextlib
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from bozzetto.cli.advise import Advise
from bozzetto.cli.approve import Approve
from bozzetto.cli.bundle import Bundle
from bozzetto.cli.console import report_error
from bozzetto.cli.doctor import Doctor
from bozzetto.cli.draft import Draft
from bozzetto.cli.export import Export
from bozzetto.cli.fetch import Fetch
from bozzetto.cli.fit import Fit
from bozzetto.cli.inspect import Inspect
from bozzetto.cli.interrupts import listening
from bozzetto.cli.make import Make
from bozzetto.cli.mask import Mask
from bozzetto.cli.refine import Refine
from bozzetto.cli.rig import Rig
from bozzetto.cli.studio import Studio
from bozzetto.cli.studio_token import StudioToken
from bozzetto.errors import BozzettoError
from bozzetto.logs import to_stderr

_LOG = logging.getLogger(__name__)
DONE, FINDINGS, BAD_INPUT, FAULT, INTERRUPTED = 0, 1, 2, 3, 130

Command = (
    Annotated[Make, tyro.conf.subcommand("make")]
    | Annotated[Advise, tyro.conf.subcommand("advise")]
    | Annotated[Mask, tyro.conf.subcommand("mask")]
    | Annotated[Draft, tyro.conf.subcommand("draft")]
    | Annotated[Approve, tyro.conf.subcommand("approve")]
    | Annotated[Refine, tyro.conf.subcommand("refine")]
    | Annotated[Inspect, tyro.conf.subcommand("inspect")]
    | Annotated[Rig, tyro.conf.subcommand("rig")]
    | Annotated[Export, tyro.conf.subcommand("export")]
    | Annotated[Bundle, tyro.conf.subcommand("bundle")]
    | Annotated[Fit, tyro.conf.subcommand("fit")]
    | Annotated[Doctor, tyro.conf.subcommand("doctor")]
    | Annotated[Fetch, tyro.conf.subcommand("fetch")]
    | Annotated[Studio, tyro.conf.subcommand("studio")]
    | Annotated[StudioToken, tyro.conf.subcommand("studio-token")]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never raises but for `SystemExit` by the parser."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    command = tyro.cli(
        Command,
        prog="bozzetto",
        description="Photographs of an object in, a finished, engine-ready 3D asset out.",
        args=arguments,
        config=(tyro.conf.OmitArgPrefixes, tyro.conf.OmitSubcommandPrefixes),
    )
    if command.reporting.verbose:
        to_stderr()
    _LOG.info("Command: %s", type(command).__name__)
    try:
        with listening():
            return command.run()
    except BozzettoError as error:
        report_error(error, as_json=command.reporting.json)
        return BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write("\nbozzetto: interrupted; the same command goes on where it stopped.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; there is nobody to tell.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        sys.stderr.write(f"bozzetto: {_fault_sentence(error)}\n")
        return FAULT


def _fault_sentence(error: Exception) -> str:
    """Keep the details of a fault in a file, and say where."""
    details = "".join(traceback.format_exception(error))
    first = next(iter(str(error).splitlines()), "no message")
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="bozzetto-fault-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(details)
        return (
            f"A fault in Bozzetto itself stopped this run ({type(error).__name__}: {first}). "
            f"Please report it with the file {Path(name)}."
        )
    return f"A fault in Bozzetto itself stopped this run ({type(error).__name__}: {first})."


if __name__ == "__main__":
    sys.exit(main())
