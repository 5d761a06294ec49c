"""Steps tell of themselves only where someone listens: a line in a pipe, a bar on a terminal."""

import io

import pytest
from rich.console import Console

from gengnn.progress import shown_on, step


def console(is_terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=80)


def test_silent_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with step("nothing", 2) as advance:
        advance()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_one_line_in_a_pipe() -> None:
    pipe = console(False)
    with shown_on(pipe), step("compile", 2) as advance:
        advance()
    told = pipe.file.getvalue()
    assert told.startswith("compile: ")
    assert told.endswith(" s\n")
    assert told.count("\n") == 1
    assert "\x1b" not in told


def test_bar_on_a_terminal() -> None:
    terminal = console(True)
    with shown_on(terminal), step("compile", 2) as advance:
        advance()
        advance()
    assert "compile" in terminal.file.getvalue()
    assert "\x1b" in terminal.file.getvalue()


def test_failed_step_passes_the_error_on_and_listening_ends() -> None:
    pipe = console(False)
    with pytest.raises(ValueError, match="wrong"), shown_on(pipe), step("compile"):
        raise ValueError("wrong")
    with step("later"):
        pass
    assert pipe.file.getvalue() == ""
