"""The forward arguments of an archive: which tensor is where in tuples and dictionaries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gengnn.ir import KeyPath


def leaf_paths(entries: Sequence[Mapping[str, Any]]) -> list[KeyPath]:
    """The paths of all leaves of the forward arguments, in the order of the signature."""
    for entry in entries:
        signature = entry["signature"] if entry["fqn"] == "" else None
        if signature and signature.get("in_spec") and signature.get("forward_arg_names"):
            args, kwargs = json.loads(signature["in_spec"])[1]["children_spec"]
            names = [str(name) for name in signature["forward_arg_names"]]
            keys = [*names[: len(args["children_spec"])], *json.loads(kwargs["context"])]
            specs = [*args["children_spec"], *kwargs["children_spec"]]
            pairs = zip(keys, specs, strict=True)
            return [path for key, spec in pairs for path in _leaf_paths((str(key),), spec)]
    return []


def _leaf_paths(path: KeyPath, spec: Mapping[str, Any]) -> Iterator[KeyPath]:
    """The leaves below `path`; entries of what is no dict are numbered."""
    kind, children = spec["type"], spec["children_spec"]
    if kind is None:
        yield path
        return
    keys: Sequence[Any] = range(len(children))
    if str(kind).lower().endswith("dict"):
        told = json.loads(spec["context"])
        keys = [tuple(map(str, key)) if isinstance(key, list) else _key(key) for key in told]
    for key, child in zip(keys, children, strict=True):
        yield from _leaf_paths((*path, key), child)


def _key(key: object) -> str | int:
    return key if isinstance(key, int) else str(key)


def leaves(found: object) -> Iterator[object]:
    """Everything in nested tuples, lists and dictionaries."""
    if isinstance(found, Mapping):
        found = list(found.values())
    if not isinstance(found, (list, tuple)):
        yield found
        return
    for entry in found:
        yield from leaves(entry)
