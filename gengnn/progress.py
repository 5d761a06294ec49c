"""What a long step tells while it runs: a bar on a terminal, one line per step elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_shown_on: list[Console] = []


def show_on(console: Console) -> None:
    """Tell the steps of this process on `console`; without this call they are silent."""
    _shown_on[:] = [console]


@contextmanager
def step(title: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Run a block as one named step; the function given counts one of `total` parts as done."""
    if not _shown_on:
        yield _nothing
    elif _shown_on[0].is_terminal:
        with _bar(_shown_on[0], title, total) as advance:
            yield advance
    else:
        start = monotonic()
        yield _nothing
        _shown_on[0].print(f"{title}: {monotonic() - start:.1f} s", highlight=False)


@contextmanager
def _bar(console: Console, title: str, total: int | None) -> Iterator[Callable[[], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)
        progress.update(task, total=total or 1, completed=total or 1)


def _nothing() -> None:
    """Count a part of a step that nobody watches."""
