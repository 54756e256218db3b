"""The one error of this package: an object that cannot be used, with the reason."""

from bozzetto.errors import InputError


class ObjectError(InputError):
    """One training object cannot be read or made; runs skip it and record the message."""
