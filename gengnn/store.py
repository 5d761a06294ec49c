"""Graphs and designs on disk: JSON for the structure, one .npz for the arrays; never a pickle."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gengnn import design, fixed, ir
from gengnn.errors import ConfigError
from gengnn.ops import REGISTRY
from gengnn.ops.base import Cost, Memory

CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for cls in (
        *(fixed.FixedType, fixed.Rounding, fixed.Overflow),
        *(ir.Column, ir.Graph, ir.Kind, ir.Loop, ir.Node, ir.Param, ir.Source, ir.Space, ir.Value),
        *(design.Design, design.Field, design.RowLayout, design.Stream, design.Unit),
        *(Cost, Memory),
        *REGISTRY.values(),
    )
}
"""The only classes that a stored file can name."""

Arrays = dict[str, NDArray[Any]]


def save(thing: object, stem: Path) -> None:
    """Write `thing`, made of the known dataclasses, to `stem`.json and `stem`.npz."""
    arrays: Arrays = {}
    text = json.dumps(_encode(thing, arrays))
    stem.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    np.savez_compressed(stem.with_suffix(".npz"), allow_pickle=False, **arrays)


def load(stem: Path) -> Any:
    """Read what `save` wrote.

    Raises:
        ConfigError: a file is missing or damaged.
    """
    try:
        told = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        with stem.with_suffix(".npz").open("rb") as file:
            return _decode(told, dict(np.load(file, allow_pickle=False)))
    except (OSError, LookupError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ConfigError(f"cannot read {stem}: {error}\n  build the project again") from error


def _encode(thing: Any, arrays: Arrays) -> Any:
    if isinstance(thing, StrEnum):
        return {"is": type(thing).__name__, "of": thing.value}
    if is_dataclass(thing):
        return {"is": type(thing).__name__} | {
            entry.name: _encode(getattr(thing, entry.name), arrays)
            for entry in fields(thing)
            if not _is_default(thing, entry.name, entry.default)
        }
    if isinstance(thing, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = thing
        return {"is": "array", "of": name}
    if isinstance(thing, Mapping):
        return {"is": "map", "of": [[key, _encode(value, arrays)] for key, value in thing.items()]}
    if isinstance(thing, tuple | list):
        return [_encode(entry, arrays) for entry in thing]
    return thing


def _is_default(thing: Any, name: str, default: Any) -> bool:
    """Whether a field need not be written; arrays have no defaults to compare with."""
    value = getattr(thing, name)
    return default is not MISSING and type(value) is type(default) and bool(value == default)


def _decode(told: Any, arrays: Arrays) -> Any:
    if isinstance(told, list):
        return tuple(_decode(entry, arrays) for entry in told)
    if not isinstance(told, dict):
        return told
    kind = told["is"]
    if kind == "array":
        return arrays[told["of"]]
    if kind == "map":
        return {key: _decode(value, arrays) for key, value in told["of"]}
    cls = CLASSES[kind]
    if issubclass(cls, StrEnum):
        return cls(told["of"])
    return cls(**{name: _decode(value, arrays) for name, value in told.items() if name != "is"})
