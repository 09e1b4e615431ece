"""The one door to Numba: compile lazily, cache on disk where a place for it exists, run without the GIL.

Kernels are compiled on first use for the types they are called with; annotations would have no say in it, so they have
none, and are excepted from the rule that everything is annotated (``no-untyped-def``). Always pass freshly made
C-contiguous arrays of the documented types, because every other combination (read-only, strided) would compile again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile ``function`` in nopython mode.

    The machine code is kept beside the source, else in the user's cache directory (``NUMBA_CACHE_DIR`` overrides
    both); where none of them can be written, it is compiled anew in every process.
    """
    jit: Any = numba.njit
    try:
        return cast("Callable[P, R]", jit(cache=True, nogil=True)(function))
    except RuntimeError:  # Numba found no writable place for its cache
        return cast("Callable[P, R]", jit(nogil=True)(function))


def work_on(items: Iterable[T], do: Callable[[T], R], threads: int) -> list[R]:
    """What ``do`` makes of every item, in order; by several threads where that is worth starting them."""
    listed = list(items)
    if threads < 2 or len(listed) < 2:
        return [do(item) for item in listed]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(do, listed))
