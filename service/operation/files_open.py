"""As many open files, and so connections, as the system gives a process."""

import resource
from contextlib import suppress


def raise_open_files() -> int:
    """Raise what this process may open to what it may raise it to, and give that number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # a system that says more than it gives
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard
    return soft
