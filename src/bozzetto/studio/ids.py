"""Names of things: unguessable, or derived from a key so that asking twice makes one thing."""

import hashlib
import secrets


def new_id(kind: str, *, key: str = "") -> str:
    """Return an id such as `job_1f...`: the same one for the same key, a random one without."""
    digits = hashlib.sha256(key.encode()).hexdigest()[:24] if key else secrets.token_hex(12)
    return f"{kind}_{digits}"
