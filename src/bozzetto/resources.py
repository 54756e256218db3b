"""What a piece of work needs of a machine, so that an executor can place it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one run of a stage asks for."""

    cores: int = 1
    """Processor cores that it keeps busy; also the threads that its libraries may start."""
    memory_mib: int = 1024
    """Peak memory."""
    gpu: bool = False
    """Whether it cannot run without a GPU."""

    def __post_init__(self) -> None:
        """Refuse amounts that no work can have."""
        if self.cores < 1 or self.memory_mib < 1:
            raise ValueError(f"Resources are at least one core and one MiB, got {self}.")


ONE_CORE = Resources()
"""What most stages ask for."""
