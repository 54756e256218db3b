"""What holds for all tests."""

from itertools import groupby

from hypothesis import settings

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("bozzetto", deadline=None)
settings.load_profile("bozzetto")


def pytest_collection_modifyitems(config, items):
    """Begin with the files that hold slow tests where several processes share the work.

    A file stays in one process, for its fixtures' sake; a long one that comes last would leave
    the other processes idle.
    """
    if hasattr(config, "workerinput"):
        files = [list(group) for _, group in groupby(items, key=lambda item: item.path)]
        files.sort(key=lambda file: not any(item.get_closest_marker("slow") for item in file))
        items[:] = [item for file in files for item in file]
