"""A typed client of the studio's service: `Studio("http://127.0.0.1:8765")`."""

from bozzetto.client.errors import StudioError
from bozzetto.client.studio import Studio

__all__ = ["Studio", "StudioError"]
