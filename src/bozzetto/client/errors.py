"""What the service refuses, as an error."""

from bozzetto.errors import BozzettoError
from bozzetto.wire.problems import Problem


class StudioError(BozzettoError):
    """The service refused a request, or cannot be reached."""

    def __init__(self, problem: Problem, *, retry_after: float = 0.0) -> None:
        super().__init__(problem.detail, advice=problem.advice)
        self.problem = problem
        self.retry_after = retry_after
        """Seconds to wait before another attempt, where the service named any."""
