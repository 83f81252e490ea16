"""Run chunks of a kernel on every core, in an order that no result depends on."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def thread_count() -> int:
    """Give the number of threads: STOREKIN_THREADS, or one for each core."""
    chosen = os.environ.get("STOREKIN_THREADS", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2


def ranges_of(total: int, step: int) -> list[tuple[int, int]]:
    """Cut [0, total) into ranges of at most *step*."""
    return [(low, min(low + step, total)) for low in range(0, total, step)]


def run_ranges(
    function: Callable[[tuple[int, int]], Result],
    total: int,
    step: int,
    on_done: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Call *function* on each range of [0, total), of at most *step*, in threads."""
    if 0 < total <= step and on_done is None:
        # a screening has one range everywhere: it would spend longer on cutting it
        return [function((0, total))]
    return run_chunks(function, ranges_of(total, step), on_done)


def run_chunks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    on_done: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """Call *function* on each task in threads; results stand in the tasks' order.

    ``on_done`` hears how many are done, and of how many. An interrupt cancels what
    has not begun, and is raised as soon as the running chunks end.
    """
    total = len(tasks)
    if total <= 1:
        # one chunk is short; a thread would cost more than it
        results = [function(task) for task in tasks]
        if on_done is not None and total:
            on_done(total, total)
        return results
    pool = ThreadPoolExecutor(max_workers=thread_count())
    try:
        futures = [pool.submit(function, task) for task in tasks]
        pending = set(futures)
        while pending:
            finished, pending = wait(pending, timeout=0.2, return_when=FIRST_EXCEPTION)
            for future in finished:
                future.result()
            if on_done is not None and finished:
                on_done(total - len(pending), total)
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
