"""Headers of every answer: what a browser may do with it."""

from starlette.datastructures import MutableHeaders

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self' blob:",
        "font-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""For our own page: only what comes from this service runs or loads."""
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For everything else: nothing in it runs, even if someone opens it."""


def add_headers(headers: MutableHeaders, *, path: str) -> None:
    """Add what every answer carries."""
    is_page = not path.startswith("/v1/")
    headers["Content-Security-Policy"] = PAGE_POLICY if is_page else DATA_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers.setdefault("Cache-Control", "no-cache" if is_page else "no-store")
