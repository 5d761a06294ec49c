"""Data: PyG graphs as the arrays a model's inputs take, checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch_geometric.data import Data, HeteroData
from torch_geometric.data.data import DataEdgeAttr, DataTensorAttr
from torch_geometric.data.feature_store import TensorAttr
from torch_geometric.data.graph_store import EdgeAttr, EdgeLayout
from torch_geometric.data.storage import BaseStorage, EdgeStorage, GlobalStorage, NodeStorage

from gengnn.attributes import attribute, names
from gengnn.errors import DataError
from gengnn.ir import Graph, KeyPath, Kind, Value
from gengnn.reference import Sample, row_counts

Array = NDArray[np.generic]

ENDS = 2
"""Rows of an index [2, E]."""

PLAIN = ("nodes", "edges", "graphs")
"""The spaces that the command line has options of their own for."""


def load_data(source: str | Path | Sequence[object]) -> list[object]:
    """Graphs from a file written by `torch.save(list_of_data)`, or the sequence itself.

    The file is read with `weights_only=True`: nothing in it is run.

    Raises:
        DataError: the file is missing or is not a list of graphs.
    """
    if not isinstance(source, str | Path):
        return list(source)
    path = Path(source)
    if not path.is_file():
        raise DataError(f"no data file at {path}\n  write one with torch.save(list_of_data, path)")
    try:
        with torch.serialization.safe_globals(_pyg_classes()):
            loaded = torch.load(path, weights_only=True)
    except Exception as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        raise DataError(
            f"cannot read {path} as graphs: {reason}\n"
            "  expected a list of Data or HeteroData, written with torch.save; files that "
            "hold other Python objects are not opened, because they could run code"
        ) from error
    if not isinstance(loaded, list | tuple) or not loaded:
        raise DataError(
            f"{path} holds {type(loaded).__name__}, not a list of graphs\n"
            "  write it with torch.save(list_of_data, path)"
        )
    return list(loaded)


def _pyg_classes() -> list[Callable[..., Any] | tuple[Callable[..., Any], str]]:
    return [
        *(Data, DataEdgeAttr, DataTensorAttr, EdgeStorage, GlobalStorage, NodeStorage),
        *(HeteroData, BaseStorage, EdgeAttr, EdgeLayout, TensorAttr),
    ]


def samples_of(graph: Graph, data: Sequence[object]) -> list[Sample]:
    """The model's inputs of each graph, as arrays.

    Args:
        graph: the model, for names, shapes and bounds of its inputs.
        data: PyG Data or HeteroData, mappings of forward's arguments (tuples, lists and
            dictionaries as forward takes them), or mappings from input names to arrays.

    Raises:
        DataError: an attribute is missing, or has a wrong dtype, shape or value.
    """
    samples = [_sample(graph, entry, number) for number, entry in enumerate(data)]
    for value in graph.user_inputs:
        _check_values(value, [sample[value.name] for sample in samples])
    for number, sample in enumerate(samples):
        _check_maps(graph, sample, number)
    return samples


def _sample(graph: Graph, entry: object, number: int) -> Sample:
    """One graph; values are checked later, for all graphs at once."""
    if isinstance(entry, Mapping) and all(v.name in entry for v in graph.user_inputs):
        known = {value.name for value in graph.inputs}
        return {name: np.asarray(entry[name]) for name in entry if name in known}
    found: dict[KeyPath, Array] = {}
    sample: dict[str, Array] = {}
    for value in graph.user_inputs:
        path = _path(value)
        if path not in found:
            found[path] = _array(entry, path, number)
        sample[value.name] = _shaped(found[path], value, number)
    return sample | _counts(graph, entry)


def _path(value: Value) -> KeyPath:
    """Where an input is, or is a part of, in the data."""
    return value.path or (value.column.name if value.column else value.name,)


def _counts(graph: Graph, entry: object) -> dict[str, Array]:
    """The rows [rows, 0] of the spaces without tensors, where the data tells them."""
    inhabited = {value.space for value in graph.user_inputs}
    counts: dict[str, Array] = {}
    for value in graph.inputs:
        if value.kind is Kind.ROWS and value.path and value.space not in inhabited:
            count = _descend(attribute(entry, str(value.path[0])), value.path[1:])
            if count is not None:
                counts[value.name] = np.zeros((int(count), 0), dtype=np.int64)
    return counts


def _array(entry: object, path: KeyPath, number: int) -> Array:
    """The tensor at a path, e.g. x_dict["author"], or edge_index[0]."""
    name = str(path[0])
    whole = attribute(entry, name)
    if whole is None:
        raise DataError(
            f"graph {number} has no {name!r}\n  the model takes it; the graph has "
            f"{', '.join(names(entry)) or 'no attributes'}"
        )
    holder = _descend(whole, path[1:-1])
    row = path[-1] if len(path) > 1 else None
    if isinstance(row, int) and not isinstance(holder, Sequence | Mapping | None):
        return _end(_numbers(holder), _told_path(path[:-1]), row, number)
    found = _descend(whole, path[1:])
    if found is None:
        keys = whole if isinstance(whole, Mapping) else range(len(whole))
        raise DataError(
            f"graph {number} has no {_told_path(path)}\n  the model takes it; {name} of the graph "
            f"has {', '.join(map(repr, keys))}"
        )
    return _numbers(found)


def _descend(found: Any, keys: Iterable[object]) -> Any:
    """What `keys` lead to in nested dictionaries and sequences; None where there is nothing.

    Edge types are found as tuples and as PyG's "source__relation__target".
    """
    for key in keys:
        if isinstance(found, Mapping):
            told = "__".join(key) if isinstance(key, tuple) else tuple(str(key).split("__"))
            found = found.get(key, found.get(told))
        elif isinstance(found, Sequence) and isinstance(key, int) and key < len(found):
            found = found[key]
        else:
            return None
    return found


def _numbers(found: Any) -> Array:
    return np.asarray(found.detach().cpu() if isinstance(found, torch.Tensor) else found)


def _told_path(path: KeyPath) -> str:
    return str(path[0]) + "".join(f"[{key!r}]" for key in path[1:])


def _end(array: Array, name: str, row: int, number: int) -> Array:
    """One of the two rows of an index [2, E]."""
    if array.shape[:1] != (ENDS,) or array.ndim != ENDS:
        raise DataError(f"graph {number}: {name} has shape {list(array.shape)}, expected [2, E]")
    end: Array = array[row]
    return end


def _shaped(array: Array, value: Value, number: int) -> Array:
    """The array as [rows, *shape] of the input, its dtype checked."""
    column = value.column
    if array.dtype.kind not in ("fiu" if value.kind is Kind.REAL else "iub"):
        wants = "floating-point" if value.kind is Kind.REAL else "integer"
        raise DataError(
            f"graph {number}: {_told(value)} is {array.dtype}, expected {wants} numbers"
        )
    rows = len(array) if array.ndim else 1
    if array.size != rows * (column.features if column else value.features):
        shape = ", ".join(["rows", *map(str, (column.features,) if column else value.shape)])
        raise DataError(
            f"graph {number}: {_told(value)} has shape {list(array.shape)}, expected [{shape}]"
        )
    if column:
        last = column.first + value.features
        array = array.reshape(rows, column.features)[:, column.first : last]
    return array.reshape(rows, *value.shape)


def _told(value: Value) -> str:
    if value.column:
        return f"{_told_path(_path(value))}[:, {value.column.first}]"
    is_end = isinstance((value.path or ("",))[-1], int)  # src says more than edge_index[0]
    return value.name if is_end or not value.path else _told_path(value.path)


def _check_values(value: Value, arrays: Sequence[Array]) -> None:
    """Numbers must be finite, integers within their bound."""
    joined = np.concatenate([array.ravel() for array in arrays]) if arrays else np.zeros(0)
    if not joined.size or _is_valid(joined, value):
        return
    for number, array in enumerate(arrays):
        if array.size and not _is_valid(array, value):
            where = f"graph {number}: {_told(value)}"
            if value.kind is Kind.REAL:
                raise DataError(f"{where} holds NaN or infinite values; remove or replace them")
            bound = value.bound if value.bound is not None else "..."
            raise DataError(
                f"{where} has values {int(array.min())} to {int(array.max())}, "
                f"expected 0 <= value < {bound}"
            )


def _is_valid(array: Array, value: Value) -> bool:
    if value.kind is Kind.REAL:
        return bool(np.isfinite(array).all())
    is_bounded = value.bound is not None and not value.target
    return int(array.min()) >= 0 and not (is_bounded and int(array.max()) >= (value.bound or 0))


def _check_maps(graph: Graph, sample: Sample, number: int) -> None:
    """Row counts must agree within a space, and maps must point at rows that exist."""
    counts = row_counts(graph, sample)
    first: dict[str, str] = {}
    for value in graph.user_inputs:
        array = sample[value.name]
        name = first.setdefault(value.space, value.name)
        if len(array) != len(sample[name]):
            raise DataError(
                f"graph {number}: {_told(value)} has {len(array)} rows and {name} has "
                f"{len(sample[name])}, but both have one row per element of {value.space}"
            )
        if value.target and array.size and int(array.max()) >= counts[value.target]:
            raise DataError(
                f"graph {number}: {_told(value)} points at {value.target} row {int(array.max())}, "
                f"but there are {counts[value.target]}"
            )


def check_limits(graph: Graph, samples: Sequence[Sample]) -> None:
    """Refuse graphs that are larger than the design's limits.

    Raises:
        DataError: a graph has too many rows of some space.
    """
    for number, sample in enumerate(samples):
        for space, size in row_counts(graph, sample).items():
            if size > graph.limits[space]:
                option = f"--max-{space}" if space in PLAIN else f"--max {space}={size}"
                raise DataError(
                    f"graph {number} has {size} {space}, the design takes {graph.limits[space]}\n"
                    f"  build again with a larger {option}"
                )
