"""Data: PyG graphs as the arrays a model's inputs take, checked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch_geometric.data import Data
from torch_geometric.data.data import DataEdgeAttr, DataTensorAttr
from torch_geometric.data.storage import EdgeStorage, GlobalStorage, NodeStorage

from gengnn.errors import DataError
from gengnn.ir import Graph, Kind, Value
from gengnn.reference import Sample, row_counts

Array = NDArray[np.generic]

ENDS = {"src": 0, "dst": 1}
"""The inputs that are the rows of `edge_index`."""


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
            "  expected a list of torch_geometric.data.Data, written with torch.save; files that "
            "hold other Python objects are not opened, because they could run code"
        ) from error
    if not isinstance(loaded, list | tuple) or not loaded:
        raise DataError(
            f"{path} holds {type(loaded).__name__}, not a list of graphs\n"
            "  write it with torch.save(list_of_data, path)"
        )
    return list(loaded)


def _pyg_classes() -> list[Callable[..., Any] | tuple[Callable[..., Any], str]]:
    return [Data, DataEdgeAttr, DataTensorAttr, EdgeStorage, GlobalStorage, NodeStorage]


def samples_of(graph: Graph, data: Sequence[object]) -> list[Sample]:
    """The model's inputs of each graph, as arrays.

    Args:
        graph: the model, for names, shapes and bounds of its inputs.
        data: PyG Data, or mappings from input names to arrays.

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
        return {v.name: np.asarray(entry[v.name]) for v in graph.user_inputs}
    found: dict[str, Array] = {}
    sample: dict[str, Array] = {}
    for value in graph.user_inputs:
        name = _argument(value)
        if name not in found:
            found[name] = _attribute(entry, name, number)
        array = found[name]
        if value.name in ENDS:
            array = _end(array, value, number)
        sample[value.name] = _shaped(array, value, number)
    return sample


def _argument(value: Value) -> str:
    """The forward argument that an input is, or is a part of."""
    if value.name in ENDS:
        return "edge_index"
    return value.column.name if value.column else value.name


def _attribute(entry: object, name: str, number: int) -> Array:
    """One attribute of one graph; a missing `batch` means that it is one graph."""
    found = entry.get(name) if isinstance(entry, Mapping) else getattr(entry, name, None)
    if found is None and name == "batch":
        return np.zeros(int(getattr(entry, "num_nodes", 0) or 0), dtype=np.int64)
    if found is None:
        listed = getattr(entry, "keys", None)
        keys = listed() if callable(listed) else []
        raise DataError(
            f"graph {number} has no {name!r}\n  the model takes it; the graph has "
            f"{', '.join(sorted(map(str, keys))) or 'no attributes'}"
        )
    return np.asarray(found.detach().cpu() if isinstance(found, torch.Tensor) else found)


def _end(array: Array, value: Value, number: int) -> Array:
    """One of the two rows of edge_index."""
    if array.shape[:1] != (len(ENDS),) or array.ndim != len(ENDS):
        raise DataError(
            f"graph {number}: edge_index has shape {list(array.shape)}, expected [2, E]"
        )
    end: Array = array[ENDS[value.name]]
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
    column = value.column
    return f"{column.name}[:, {column.first}]" if column else value.name


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
                f"graph {number}: {value.name} points at {value.target} row {int(array.max())}, "
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
                raise DataError(
                    f"graph {number} has {size} {space}, the design takes {graph.limits[space]}\n"
                    f"  build again with a larger --max-{space}"
                )
