"""Which route an address leads to, told without what the address names."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from starlette.routing import BaseRoute, Match, Mount, Route

from service.operation.counts import OTHER


def names_of(routes: Sequence[BaseRoute]) -> tuple[str, ...]:
    """The routes, as templates such as /towns/{town}."""
    return tuple(route.path for route in routes if isinstance(route, Route | Mount))


def finder(routes: Sequence[BaseRoute]) -> Callable[[str], str]:
    """What finds the template of an address, `OTHER` for one that leads nowhere.

    It asks the routes themselves, since kept answers and refusals never come to the router.
    """

    @lru_cache(2048)
    def find(path: str) -> str:
        scope = {"type": "http", "path": path, "method": "GET", "headers": []}
        for route in routes:
            if isinstance(route, Route | Mount) and route.matches(scope)[0] is not Match.NONE:
                return route.path
        return OTHER

    return find
