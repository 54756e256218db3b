"""Same-origin rules: pages of others must not reach the service through a visitor's browser.

- The host that a request names must be ours: a name that an attacker points at 127.0.0.1 (DNS
  rebinding) is not.
- A request that says it comes from another origin is refused, whatever it asks for.
- A browser that is logged in by its cookie must repeat a secret with every change (CSRF).
"""

import hmac
from collections.abc import Sequence

from starlette.datastructures import Headers

from bozzetto.studio.problems import Refusal, RefusedError

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_OWN_SITES = ("same-origin", "none")


def check_host(headers: Headers, *, hosts: Sequence[str]) -> None:
    """Refuse requests for another host than ours.

    Raises:
        RefusedError: 421, as RFC 9110 has it.
    """
    named = headers.getlist("host")
    if len(named) != 1 or named[0].lower() not in _with_default_ports(hosts):
        raise RefusedError(
            Refusal(
                slug="host",
                status=421,
                detail="The request names another host than this service.",
                advice=f"Use http://{hosts[0]}, or start the service with --public-url.",
            )
        )


def check_origin(headers: Headers, *, origins: Sequence[str]) -> None:
    """Refuse requests that a page of another origin makes.

    Raises:
        RefusedError: 403.
    """
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site")
    foreign = origin is not None and origin.lower() not in origins
    if foreign or (site is not None and site.lower() not in _OWN_SITES):
        raise RefusedError(
            Refusal(
                slug="origin",
                status=403,
                detail="The request comes from a page of another origin.",
                advice="Open the studio's own page.",
            )
        )


def check_csrf(headers: Headers, *, method: str, secret: str) -> None:
    """Refuse changes by cookie without the secret that only our own page can read.

    Raises:
        RefusedError: 403.
    """
    sent = headers.get("x-csrf-token", "")
    if method not in SAFE_METHODS and not hmac.compare_digest(sent.encode(), secret.encode()):
        raise RefusedError(
            Refusal(
                slug="csrf",
                status=403,
                detail="The change does not repeat this session's CSRF token.",
                advice="Send the `csrf` of /v1/me as the header X-CSRF-Token.",
            )
        )


def _with_default_ports(hosts: Sequence[str]) -> set[str]:
    """Browsers leave the default port out."""
    bare = {host.removesuffix(":80").removesuffix(":443") for host in hosts}
    return {*hosts, *bare}
