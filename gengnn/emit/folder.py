"""The output folder: replaced only by a complete one, and only if gengnn wrote it."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from gengnn.errors import ConfigError

MARKER = "gengnn.json"
"""The file by which gengnn knows a folder as its own."""


def check_output(folder: Path) -> None:
    """Refuse a folder that must not or cannot be replaced, before any work is done.

    Raises:
        ConfigError: it is a file, the working folder, not gengnn's, or not writable.
    """
    if folder.exists() and not folder.is_dir():
        raise _refused(folder, "it is a file, not a folder")
    if folder.resolve() in (here := Path.cwd().resolve(), *here.parents):
        raise _refused(folder, "it is the current folder or holds it")
    if folder.is_dir() and not (folder / MARKER).is_file() and any(folder.iterdir()):
        raise _refused(folder, f"it holds files that gengnn did not write (it has no {MARKER})")
    base = next(parent for parent in folder.resolve().parents if parent.exists())
    if not base.is_dir() or not os.access(base, os.W_OK | os.X_OK):
        raise _refused(folder, f"{base} is not a folder that you may write to")


def mark(folder: Path, **facts: object) -> None:
    """Write the marker, which makes the folder a complete one of this gengnn."""
    told = {"gengnn": version("gengnn"), **facts}
    write_text(folder / MARKER, json.dumps(told, indent=2, sort_keys=True) + "\n")


def check_mark(folder: Path) -> None:
    """Refuse a folder that this gengnn cannot have written.

    Raises:
        ConfigError: it has no marker, or that of another version.
    """
    try:
        known = json.loads((folder / MARKER).read_text(encoding="utf-8"))["gengnn"]
    except OSError as error:
        told = f"{folder} is not a folder that gengnn built: it has no {MARKER}"
        raise ConfigError(told) from error
    except (ValueError, LookupError, TypeError) as error:
        raise ConfigError(f"{folder / MARKER} is damaged\n  build the project again") from error
    if known != version("gengnn"):
        raise ConfigError(
            f"{folder} was built by gengnn {known}, this is {version('gengnn')}\n"
            "  build the project again"
        )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give a new empty folder that takes the place of `folder` when the block ends well.

    When it does not (an error, a full disk, Ctrl-C), what was there before is left as it was.

    Raises:
        ConfigError: `folder` must not be replaced, or the disk refused a write.
    """
    check_output(folder)
    target = folder.resolve()
    made = [parent for parent in target.parents if not parent.exists()]
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        draft.mkdir(parents=True)
        yield draft
        _swap(draft, target)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        for parent in made:
            _remove_empty(parent)
        if isinstance(error, OSError) and _is_about(error, draft, target):
            raise _refused(folder, f"{error.strerror}; nothing was changed") from error
        raise


def write_text(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one and never a part.

    Raises:
        ConfigError: the disk refused the write.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _refused(path, str(error.strerror)) from error
        raise


def _swap(draft: Path, target: Path) -> None:
    """Move `draft` to `target`; a folder that is there is put back if that fails."""
    if not target.exists():
        draft.rename(target)
        return
    old = draft.with_suffix(".old")
    target.rename(old)
    try:
        draft.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _is_about(error: OSError, *folders: Path) -> bool:
    """Whether an error comes from the disk that is written to, and not from elsewhere."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return True
    name = Path(str(error.filename))
    return any(folder == name or folder in name.parents for folder in folders)


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _refused(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"cannot write {path}: {why}\n  choose another place with -o, or remove it yourself"
    )
