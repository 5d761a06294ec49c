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
from gengnn.reference import Sample, row_counts, user_inputs

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
    return [_sample(graph, entry, number) for number, entry in enumerate(data)]


def _sample(graph: Graph, entry: object, number: int) -> Sample:
    if isinstance(entry, Mapping) and all(v.name in entry for v in user_inputs(graph)):
        return {v.name: np.asarray(entry[v.name]) for v in user_inputs(graph)}
    sample = {}
    for value in user_inputs(graph):
        sample[value.name] = _checked(_attribute(entry, value, number), value, number)
    _check_maps(graph, sample, number)
    return sample


def _attribute(entry: object, value: Value, number: int) -> NDArray[np.generic]:
    """One input of one graph, by the name of the forward argument."""
    name = "edge_index" if value.name in ENDS else value.column.name if value.column else value.name
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
    array: NDArray[np.generic] = np.asarray(
        found.detach().cpu() if isinstance(found, torch.Tensor) else found
    )
    if value.name not in ENDS:
        return array
    if array.shape[:1] != (len(ENDS),) or array.ndim != len(ENDS):
        raise DataError(
            f"graph {number}: edge_index has shape {list(array.shape)}, expected [2, E]"
        )
    end: NDArray[np.generic] = array[ENDS[value.name]]
    return end


def _checked(array: NDArray[np.generic], value: Value, number: int) -> NDArray[np.generic]:
    """The array with the dtype and shape of the input, its values within bounds."""
    column = value.column
    name = f"{column.name}[:, {column.first}]" if column else value.name
    where = f"graph {number}: {name}"
    wants = "floating-point" if value.kind is Kind.REAL else "integer"
    fits = array.dtype.kind in ("fiu" if value.kind is Kind.REAL else "iub")
    if not fits:
        raise DataError(f"{where} is {array.dtype}, expected {wants} numbers")
    rows = array.shape[0] if array.ndim else 1
    if array.size != rows * (column.features if column else value.features):
        shape = ", ".join(["rows", *map(str, (column.features,) if column else value.shape)])
        raise DataError(f"{where} has shape {list(array.shape)}, expected [{shape}]")
    if column:
        last = column.first + value.features
        array = array.reshape(rows, column.features)[:, column.first : last]
    if value.kind is Kind.REAL:
        if not np.isfinite(array).all():
            raise DataError(f"{where} holds NaN or infinite values; remove or replace them")
    elif array.size:
        _check_range(array, value, where)
    return array.reshape(rows, *value.shape)


def _check_range(array: NDArray[np.generic], value: Value, where: str) -> None:
    low, high = int(array.min()), int(array.max())
    if low < 0 or (value.bound is not None and not value.target and high >= value.bound):
        bound = value.bound if value.bound is not None else "..."
        raise DataError(f"{where} has values {low} to {high}, expected 0 <= value < {bound}")


def _check_maps(graph: Graph, sample: Mapping[str, NDArray[np.generic]], number: int) -> None:
    """Row counts must agree within a space, and maps must point at rows that exist."""
    rows: dict[str, tuple[str, int]] = {}
    for value in user_inputs(graph):
        size = sample[value.name].shape[0]
        name, known = rows.setdefault(value.space, (value.name, size))
        if size != known:
            raise DataError(
                f"graph {number}: {value.name} has {size} rows and {name} has {known}, but both "
                f"have one row per element of {value.space}"
            )
    counts = row_counts(graph, sample)
    for value in user_inputs(graph):
        array = sample[value.name]
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
