"""Work that holds much at once, without the collector looking through all of it.

Python looks for cycles each time some hundred objects more are alive. While a file of
fifty thousand rows is read, that takes a third of the time and finds next to nothing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

#: Objects more between two looks; Python's own are 700, 10 and 10.
RARELY = (200_000, 20, 20)

_lock = Lock()
_usual: list[tuple[int, int, int]] = []
_inside = 0


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Have cycles looked for seldom, in the whole process, until the last one ends."""
    global _inside
    with _lock:
        _inside += 1
        if _inside == 1:
            _usual.append(gc.get_threshold())
            gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_usual.pop())
