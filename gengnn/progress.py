"""What a long step tells while it runs: a bar on a terminal, one line per step elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_consoles: list[Console] = []


@contextmanager
def shown_on(console: Console) -> Iterator[None]:
    """Tell the steps that run in this block on `console`; outside of one they are silent."""
    _consoles.append(console)
    try:
        yield
    finally:
        _consoles.pop()


@contextmanager
def step(title: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Run a block as one named step; the function given counts one of `total` parts as done."""
    if not _consoles:
        yield _nothing
    elif _consoles[-1].is_terminal:
        with _bar(_consoles[-1], title, total) as advance:
            yield advance
    else:
        start = monotonic()
        yield _nothing
        _consoles[-1].print(f"{title}: {monotonic() - start:.1f} s", highlight=False)


@contextmanager
def _bar(console: Console, title: str, total: int | None) -> Iterator[Callable[[], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=total)
        yield lambda: progress.advance(task)
        progress.update(task, total=total or 1, completed=total or 1)


def _nothing() -> None:
    """Count a part of a step that nobody watches."""
