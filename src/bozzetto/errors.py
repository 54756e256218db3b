"""Every error this package raises on purpose.

    BozzettoError
    |-- InputError         a person can fix it: a bad file, option, project or mask
    |   |-- PhotoError     one photograph cannot be used
    |   |-- ProjectError   a project folder is missing, busy or in the wrong state
    |   `-- UnknownNameError   an engine, format or model that nobody registered
    |-- EngineError        an engine could not make a draft of valid input
    |-- FormatError        a file could not be written or read as its format asks
    `-- ResourceError      the machine ran short: disk, memory, time, a missing library

A message is one sentence that says what was wanted and what came; `advice` says what to do.
"""


class BozzettoError(Exception):
    """Base of all errors raised on purpose; `str()` gives message and advice in one line."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """Return the message, then the advice if there is one."""
        return f"{self.message} {self.advice}".strip()


class InputError(BozzettoError):
    """Something a person gave cannot be used; a person can fix it."""


class PhotoError(InputError):
    """A photograph cannot be used."""


class ProjectError(InputError):
    """A project folder is missing, busy, of another version, or not ready for this step."""


class UnknownNameError(InputError):
    """A name that is not registered; the advice lists the known ones."""


class EngineError(BozzettoError):
    """An engine could not turn valid foregrounds into a draft."""


class FormatError(BozzettoError):
    """A file could not be written or read as its format asks."""


class ResourceError(BozzettoError):
    """The machine ran short of disk, memory or time, or lacks a library."""
