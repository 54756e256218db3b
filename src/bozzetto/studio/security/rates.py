"""Rate limits: a bucket of permits for each token or address, refilled at a constant rate."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST_BUCKETS = 10_000


@dataclass(kw_only=True)
class _Bucket:
    permits: float
    at: float


class RateLimit:
    """Permits for many callers."""

    def __init__(
        self, *, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, caller: str) -> float:
        """Take a permit; return 0, or the seconds until there is one."""
        with self._lock:
            bucket = self._refilled(caller)
            if bucket.permits >= 1:
                bucket.permits -= 1
                return 0.0
            return (1 - bucket.permits) / self._per_second

    def is_spent(self, caller: str) -> bool:
        """Tell whether a caller has no permit left, taking none."""
        with self._lock:
            return self._refilled(caller).permits < 1

    def _refilled(self, caller: str) -> _Bucket:
        """Return a caller's bucket as it is now."""
        now = self._clock()
        if len(self._buckets) >= _MOST_BUCKETS and caller not in self._buckets:
            self._forget_full(now)
        bucket = self._buckets.setdefault(caller, _Bucket(permits=self._burst, at=now))
        gained = (now - bucket.at) * self._per_second
        bucket.permits = min(self._burst, bucket.permits + gained)
        bucket.at = now
        return bucket

    def _forget_full(self, now: float) -> None:
        """Forget whoever has all their permits again; if nobody has, forget everyone."""
        full = [
            caller
            for caller, bucket in self._buckets.items()
            if bucket.permits + (now - bucket.at) * self._per_second >= self._burst
        ]
        for caller in full or list(self._buckets):
            del self._buckets[caller]
