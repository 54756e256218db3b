"""Open ONNX networks: once per process and file, and with the same number of threads everywhere.

Only this module imports ONNX Runtime. Results are the same bytes however many cores there are.
"""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bozzetto.errors import ResourceError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INTRA_OP_THREADS = 2
"""Not the number of cores: with another number sums may be split, and so rounded, differently."""
MAX_LOADED = 8
"""Networks kept loaded; the one used longest ago is dropped beyond that."""

_LOCK = threading.Lock()


@dataclass(frozen=True, kw_only=True, eq=False)
class OnnxSession:
    """A loaded network. It keeps no state between calls, and several threads may run it at once."""

    session: "InferenceSession"
    inputs: Mapping[str, tuple[int | None, ...]]
    """Shapes by name, in the file's order; None for an axis of any length."""
    outputs: tuple[str, ...]
    """Names, in the file's order."""

    def run(
        self, feeds: Mapping[str, np.ndarray], *, outputs: Sequence[str] | None = None
    ) -> tuple[np.ndarray, ...]:
        """Run the network.

        Args:
            feeds: Arrays by the name of their input.
            outputs: Which ones are wanted, in this order; None for all.
        """
        from onnxruntime import RunOptions

        give_back = RunOptions()
        # Without this the session keeps its working memory between calls, often 250 MB.
        give_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        names = self.outputs if outputs is None else outputs
        found = self.session.run(list(names), dict(feeds), give_back)
        return tuple(np.asarray(array) for array in found)


def open_session(
    weights: Path, *, what: str, advice: str, sha256: str | None = None
) -> OnnxSession:
    """Open a network, or return the one that this process has open already.

    Args:
        weights: The ONNX file.
        what: Whose weights they are, for messages, as in `the engine 'bozzetto'`.
        advice: What to do where they cannot be used.
        sha256: What the file's hash must be; None accepts any.

    Raises:
        ResourceError: The file is missing, damaged or no network, or there is no ONNX Runtime.
    """
    try:
        state = weights.stat()
        # Loading is slow, so that two threads that want one network should not both do it.
        with _LOCK:
            # A file that was replaced is another network.
            return _opened(weights.resolve(), state.st_mtime_ns, state.st_size, sha256)
    except ImportError as error:
        raise ResourceError(
            f"The weights of {what} need ONNX Runtime, which is not installed.",
            advice=f"Install it with `pip install onnxruntime`. {advice}",
        ) from error
    except FileNotFoundError as error:
        raise ResourceError(
            f"The weights of {what} are not at {weights}.", advice=advice
        ) from error
    except _DamagedError as error:
        raise ResourceError(
            f"The weights of {what} at {weights} are damaged: {error}.", advice=advice
        ) from error
    except Exception as error:  # ONNX Runtime's own classes do not share a public base.
        raise ResourceError(
            f"The weights of {what} at {weights} could not be loaded: {error}.", advice=advice
        ) from error


class _DamagedError(Exception):
    """A file is not the one it should be."""


@lru_cache(maxsize=MAX_LOADED)
def _opened(weights: Path, _mtime_ns: int, _num_bytes: int, sha256: str | None) -> OnnxSession:
    """Check and load a file."""
    import onnxruntime

    data = weights.read_bytes()
    if sha256 is not None and (found := hashlib.sha256(data).hexdigest()) != sha256:
        raise _DamagedError(
            f"their sha256 should be {sha256[:12] or 'on record'}, got {found[:12]}"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = INTRA_OP_THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    provider = ("CPUExecutionProvider", {"arena_extend_strategy": "kSameAsRequested"})
    # Bytes, not the path: ONNX Runtime would mangle non-ASCII paths on some systems.
    session = onnxruntime.InferenceSession(data, options, [provider])
    return OnnxSession(
        session=session,
        inputs={node.name: _shape(node.shape) for node in session.get_inputs()},
        outputs=tuple(node.name for node in session.get_outputs()),
    )


def _shape(axes: Sequence[int | str | None]) -> tuple[int | None, ...]:
    """Drop the names that axes of any length have."""
    return tuple(length if isinstance(length, int) else None for length in axes)
