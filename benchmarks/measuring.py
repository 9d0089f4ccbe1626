"""Figures with their limits: processor time and memory of a piece of work.

Each piece runs in a process of its own, forked from one that is warm, so that its
memory is its own and what it leaves behind disturbs nobody.
"""

import os
import pickle
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connections

KIBIBYTES_PER_MEBIBYTE = 1024


@dataclass(frozen=True)
class Figure:
    """One measured value. Without ``limit`` and ``floor`` it is only worth knowing."""

    name: str
    value: float
    unit: str
    #: At most so much.
    limit: float | None = None
    #: At least so much.
    floor: float | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether there is a limit at all."""
        return self.limit is not None or self.floor is not None

    @property
    def is_kept(self) -> bool:
        """Tell whether the value is within its limits."""
        if self.floor is not None and self.value < self.floor:
            return False
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        said = f"{self.name:<58} {self.value:>9.2f} {self.unit:<4}"
        if self.floor is not None:
            return f"{said} least {self.floor:>6g} {self._verdict('TOO LITTLE')}"
        if self.limit is None:
            return said.rstrip()
        return f"{said} limit {self.limit:>6g} {self._verdict('TOO MUCH')}"

    def _verdict(self, otherwise: str) -> str:
        return "ok" if self.is_kept else otherwise


@dataclass(frozen=True)
class Cost:
    """What a piece of work cost: seconds of processor time, MiB at its peak.

    ``grown`` is the peak less what the process had when it began.
    """

    seconds: float
    peak: float
    grown: float
    result: Any = None


def cost_of(work: Callable[[], Any]) -> Cost:
    """Do ``work`` in a forked process and return what it cost.

    :raises RuntimeError: if it fails; its traceback is printed.
    """
    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        os._exit(_measured(work, writer))
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        raise RuntimeError("The work that was measured failed; see above.")
    cost: Cost = pickle.loads(told)  # noqa: S301 - from our own child
    return cost


def _measured(work: Callable[[], Any], writer: int) -> int:
    _forget_peak()
    before = _now()
    try:
        result = work()
        after = _now()
        cost = Cost(after[0] - before[0], after[1], after[1] - before[1], result)
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(cost, pipe)
    except BaseException:  # noqa: BLE001 - the parent must hear of any end
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _forget_peak() -> None:
    """Have Linux count the peak of memory from here on, where it can."""
    try:
        with open("/proc/self/clear_refs", "w") as file:  # noqa: PTH123 - a kernel's door
            file.write("5")
    except OSError:
        pass


def _now() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, _peak()


def _peak() -> float:
    """Return the peak of memory in MiB since :func:`_forget_peak`."""
    try:
        with open("/proc/self/status") as file:  # noqa: PTH123 - a kernel's door
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / KIBIBYTES_PER_MEBIBYTE
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_MEBIBYTE


#: Every figure of this process, for the file of the run.
SHOWN: list[Figure] = []


def show(*figures: Figure) -> bool:
    """Print figures; tell whether each is within its limit."""
    SHOWN.extend(figures)
    for figure in figures:
        print(figure, flush=True)
    return all(figure.is_kept for figure in figures)
