"""Take pictures in: told by their content, decoded in processes of their own, written anew.

What is kept is a PNG that this program wrote: the pixels as they are, upright, sRGB, and the focal
length. Whatever else the file held (metadata, places, other files hidden in it) is gone, and
no byte that a stranger chose is ever served.
"""

import threading
from queue import LifoQueue
from subprocess import Popen

from pydantic import TypeAdapter, ValidationError

from bozzetto.errors import BozzettoError, InputError, PhotoError, ResourceError
from bozzetto.studio.decoding import Answer, Received, TakenIn
from bozzetto.studio.processes import kill, start, tell
from bozzetto.studio.settings import Settings

_MODULE = "bozzetto.studio.decoding"
_AT_ONCE = 2
_SECONDS = 90.0
_RECEIVED = TypeAdapter(Received)
_ANSWER = TypeAdapter(Answer)
_ERRORS: dict[str, type[BozzettoError]] = {
    kind.__name__: kind for kind in (PhotoError, InputError, ResourceError)
}


class Intake:
    """Takes pictures in, a few at a time; a decoder that hangs or dies is replaced."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._decoders: LifoQueue[Popen[str] | None] = LifoQueue()
        for _ in range(_AT_ONCE):
            self._decoders.put(None)  # Started when first needed.

    def take_in(self, received: Received) -> TakenIn:
        """Write a photograph, or the mask of one, anew.

        Raises:
            InputError: It is none, broken, out of limits, or does not fit its photo.
            ResourceError: The decoder took too long or died.
        """
        decoder = self._decoders.get()
        alive: Popen[str] | None = None
        try:
            decoder = decoder or start(_MODULE, self._settings)
            answer = _ask(decoder, received)
            alive = decoder
        finally:
            if alive is None and decoder is not None:
                kill(decoder)
            self._decoders.put(alive)
        if answer.taken is None:
            kind = _ERRORS.get(answer.error, InputError)
            raise kind(answer.message, advice=answer.advice)
        return answer.taken

    def close(self) -> None:
        """End the decoders."""
        for _ in range(_AT_ONCE):
            decoder = self._decoders.get()
            if decoder is not None:
                kill(decoder)


def _ask(decoder: "Popen[str]", received: Received) -> Answer:
    """Send an order, and read the answer."""
    stream = decoder.stdout
    if stream is None:
        raise ValueError("A decoder needs a stream to answer on.")
    timer = threading.Timer(_SECONDS, decoder.kill)
    timer.start()
    try:
        tell(decoder, _RECEIVED.dump_json(received).decode())
        return _ANSWER.validate_json(stream.readline())
    except ValidationError:
        raise ResourceError(
            f"{received.name} could not be decoded: the decoder died or took too long.",
            advice="Open it in another program and save it as PNG.",
        ) from None
    finally:
        timer.cancel()
