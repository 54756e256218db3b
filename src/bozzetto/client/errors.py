"""What the service refuses, as an error."""

from bozzetto.errors import BozzettoError
from bozzetto.wire.problems import Problem


class StudioError(BozzettoError):
    """The service refused a request, or cannot be reached."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail, advice=problem.advice)
        self.problem = problem
