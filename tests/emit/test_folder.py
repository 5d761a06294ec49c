"""The output folder is replaced only by a complete one, and only if gengnn wrote it."""

import errno
import os
from pathlib import Path

import pytest

from gengnn.emit.folder import MARKER, check_output, replacing, write_text
from gengnn.errors import ConfigError


def fill(folder: Path, name: str) -> None:
    """Write a folder as a build would."""
    with replacing(folder) as draft:
        (draft / MARKER).write_text("{}")
        (draft / name).write_text(name)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_new_folder_appears_whole_with_its_parents(tmp_path: Path) -> None:
    fill(tmp_path / "a" / "b", "one")
    assert names(tmp_path) == ["a", "a/b", f"a/b/{MARKER}", "a/b/one"]


def test_own_folder_is_replaced(tmp_path: Path) -> None:
    fill(tmp_path / "out", "one")
    fill(tmp_path / "out", "two")
    assert names(tmp_path) == ["out", f"out/{MARKER}", "out/two"]


def test_empty_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", "one")
    assert names(tmp_path / "out") == [MARKER, "one"]


def test_link_keeps_pointing_at_the_replaced_folder(tmp_path: Path) -> None:
    fill(tmp_path / "real", "one")
    (tmp_path / "link").symlink_to("real")
    fill(tmp_path / "link", "two")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == [MARKER, "two"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("error", [ValueError("wrong"), KeyboardInterrupt()])
def test_failed_block_leaves_everything_as_it_was(
    tmp_path: Path, error: BaseException, before: bool
) -> None:
    out = tmp_path / "deep" / "out"
    if before:
        fill(out, "old")
    known = names(tmp_path)
    with pytest.raises(type(error)), replacing(out) as draft:
        (draft / "half").write_text("written")
        raise error
    assert names(tmp_path) == known


def test_full_disk_is_a_clear_error_and_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    known = names(tmp_path)
    message = "No space left on device; nothing was changed"
    with pytest.raises(ConfigError, match=message), replacing(tmp_path / "out") as draft:
        (draft / "half").write_text("written")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert names(tmp_path) == known


def test_failed_swap_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "out", "old")
    known = names(tmp_path)
    rename = Path.rename

    def refuse_draft(self: Path, target: Path) -> Path:
        if self.suffix == ".tmp":
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_draft)
    with pytest.raises(ConfigError, match="nothing was changed"):
        fill(tmp_path / "out", "new")
    assert names(tmp_path) == known


def test_error_about_another_file_passes_through(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "out"):
        (tmp_path / "elsewhere").read_text()


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ConfigError, match=f"did not write .it has no {MARKER}"):
        fill(tmp_path, "one")
    assert names(tmp_path) == ["thesis.tex"]


def test_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ConfigError, match="is a file"):
        fill(tmp_path / "out", "one")


@pytest.mark.parametrize("place", [".", ".."])
def test_current_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    with pytest.raises(ConfigError, match="current folder"):
        check_output(Path(place))


def test_file_as_parent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match="not a folder that you may write to"):
        check_output(tmp_path / "file" / "out")


def test_unwritable_parent_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(ConfigError, match="not a folder that you may write to"):
        check_output(tmp_path / "out")


def test_write_text_replaces_whole_files(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    write_text(path, "new")
    assert path.read_text() == "new"
    assert names(tmp_path) == ["file"]


def test_write_text_keeps_the_old_file_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ConfigError, match="No space left"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file"]
