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

from bozzetto.cli.advise import AdviseCommand
from bozzetto.cli.approve import ApproveCommand
from bozzetto.cli.bundle import BundleCommand
from bozzetto.cli.clean import CleanCommand
from bozzetto.cli.console import report_error
from bozzetto.cli.doctor import DoctorCommand
from bozzetto.cli.draft import DraftCommand
from bozzetto.cli.export import ExportCommand
from bozzetto.cli.fetch import FetchCommand
from bozzetto.cli.fit import FitCommand
from bozzetto.cli.inspect import InspectCommand
from bozzetto.cli.interrupts import listening
from bozzetto.cli.make import MakeCommand
from bozzetto.cli.mask import MaskCommand
from bozzetto.cli.refine import RefineCommand
from bozzetto.cli.rig import RigCommand
from bozzetto.cli.studio import StudioCommand
from bozzetto.cli.studio_token import StudioTokenCommand
from bozzetto.errors import BozzettoError
from bozzetto.logs import to_stderr

_LOG = logging.getLogger(__name__)
DONE, FINDINGS, BAD_INPUT, FAULT, INTERRUPTED = 0, 1, 2, 3, 130

Command = (
    Annotated[MakeCommand, tyro.conf.subcommand("make")]
    | Annotated[AdviseCommand, tyro.conf.subcommand("advise")]
    | Annotated[MaskCommand, tyro.conf.subcommand("mask")]
    | Annotated[DraftCommand, tyro.conf.subcommand("draft")]
    | Annotated[ApproveCommand, tyro.conf.subcommand("approve")]
    | Annotated[RefineCommand, tyro.conf.subcommand("refine")]
    | Annotated[InspectCommand, tyro.conf.subcommand("inspect")]
    | Annotated[RigCommand, tyro.conf.subcommand("rig")]
    | Annotated[ExportCommand, tyro.conf.subcommand("export")]
    | Annotated[BundleCommand, tyro.conf.subcommand("bundle")]
    | Annotated[FitCommand, tyro.conf.subcommand("fit")]
    | Annotated[CleanCommand, tyro.conf.subcommand("clean")]
    | Annotated[DoctorCommand, tyro.conf.subcommand("doctor")]
    | Annotated[FetchCommand, tyro.conf.subcommand("fetch")]
    | Annotated[StudioCommand, tyro.conf.subcommand("studio")]
    | Annotated[StudioTokenCommand, tyro.conf.subcommand("studio-token")]
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
