"""Where a call comes from: module path, file and line, cleaned of anything but plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gengnn.ir import Source

_FRAME = re.compile(r'File "([^"\n]*)", line (\d{1,9})')
_LIBRARY = re.compile(
    r"(^|[/\\])(site|dist)-packages[/\\]|^torch[/\\]|^<|[/\\]gengnn[/\\]frontend[/\\]\w+\.py$"
    r"|[/\\]torch_geometric\.nn\.[\w.]+\.py$"
)
_ODD = re.compile(r"[^\w.\-+@ ]")
_NONE = "_empty_nn_module_stack"
"""What torch writes for calls of no module, such as its own size checks."""


def module_of(metadata: Mapping[str, Any]) -> str:
    """The path of the innermost module, e.g. "convs.0.nn.0"; "" for the model itself."""
    entry = str(metadata.get("nn_module_stack") or "").rsplit(";", 1)[-1]
    _, path, kind = (*entry.split(","), "", "", "")[:3]
    return _ODD.sub("_", path) if kind and not path.startswith(_NONE) else ""


def is_library(file: str) -> bool:
    """Whether a source file belongs to an installed package."""
    return _LIBRARY.search(file) is not None


def source_of(metadata: Mapping[str, Any]) -> Source:
    """The innermost line of the user's own code, else the innermost line of all.

    The text ends up in comments of generated code, so characters that could end a comment or a
    line are replaced.
    """
    frames = _FRAME.findall(str(metadata.get("stack_trace") or ""))
    own = [frame for frame in frames if not is_library(frame[0])]
    file, line = (own or frames or [("", "0")])[-1]
    name = re.split(r"[/\\]", file)[-1]
    return Source(module_of(metadata), _ODD.sub("_", name), int(line))
