"""How well outputs agree with labels, or with the float model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gengnn.errors import DataError

Array = NDArray[np.float64]


class Metric(StrEnum):
    """What `compare` measures; all but pearson, which takes the float model's outputs, need y."""

    ROC_AUC = "roc_auc"
    ACCURACY = "accuracy"
    RMSE = "rmse"
    PEARSON = "pearson"


def measure(metric: Metric, outputs: Array, target: Array, is_class: bool = False) -> float:
    """The metric of outputs [rows, tasks or classes] against target [rows] or [rows, tasks].

    Rows whose target is NaN are left out. With `is_class` the outputs are classes, not scores.

    Raises:
        DataError: the shapes do not fit, or the metric is not defined on this target.
    """
    outputs, target = as_matrix(outputs), as_matrix(target)
    if len(outputs) != len(target):
        raise DataError(f"{metric}: the model has {len(outputs)} output rows, y has {len(target)}")
    is_scored = outputs.shape[1] > 1 and target.shape[1] == 1 and not is_class
    if metric is Metric.ACCURACY and is_scored:
        outputs = outputs.argmax(axis=1, keepdims=True).astype(np.float64)
    elif metric is Metric.ACCURACY and not is_class:
        outputs = (outputs > 0).astype(np.float64)
    if outputs.shape != target.shape:
        got = f"{list(outputs.shape)} and {list(target.shape)}"
        raise DataError(f"{metric} needs outputs and y of one shape, got {got}")
    return _METRICS[metric](outputs, target)


def labels_of(data: Sequence[object]) -> Array:
    """The labels y of all graphs [rows, tasks], a row per output row.

    Raises:
        DataError: a graph has none.
    """
    labels = []
    for number, graph in enumerate(data):
        y = graph.get("y") if isinstance(graph, Mapping) else getattr(graph, "y", None)
        if y is None:
            raise DataError(f"graph {number} has no label y\n  the metric pearson needs none")
        labels.append(as_matrix(np.atleast_1d(np.asarray(y))))
    return np.concatenate(labels)


def as_matrix(values: ArrayLike) -> Array:
    """Values [rows, ...] as float64 [rows, columns]."""
    array = np.asarray(values, dtype=np.float64)
    return array.reshape(len(array), -1)


def _roc_auc(outputs: Array, target: Array) -> float:
    """Mean over the tasks of the area under the ROC curve (Mann-Whitney U), ties half."""
    return float(np.mean([_auc(*pair) for pair in zip(outputs.T, target.T, strict=True)]))


def _auc(scores: Array, labels: Array) -> float:
    scores, labels = _known(scores, labels)
    positive = labels > 0
    num_positive, num_negative = int(positive.sum()), int((~positive).sum())
    if not num_positive or not num_negative:
        raise DataError(
            f"roc_auc needs labels of both classes, got {num_positive} of {labels.size} positive"
        )
    _, group, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    above = rank[group][positive].sum() - num_positive * (num_positive + 1) / 2
    return float(above / (num_positive * num_negative))


def _accuracy(outputs: Array, target: Array) -> float:
    predicted, labels = _known(outputs, target)
    return float((predicted == labels).mean())


def _rmse(outputs: Array, target: Array) -> float:
    predicted, labels = _known(outputs, target)
    return float(np.sqrt(np.mean((predicted - labels) ** 2)))


def _pearson(outputs: Array, target: Array) -> float:
    """The correlation of two tensors as a whole."""
    first, second = _known(outputs, target)
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first @ first) * (second @ second)))
    if scale == 0:
        raise DataError("pearson is not defined on outputs that are all equal")
    return float(first @ second) / scale


def _known(outputs: Array, target: Array) -> tuple[Array, Array]:
    """Both, flat, without the entries whose target is NaN."""
    is_known = ~np.isnan(target)
    if not is_known.any():
        raise DataError("there is no label y to compare with")
    return outputs[is_known], target[is_known]


_METRICS: dict[Metric, Callable[[Array, Array], float]] = {
    Metric.ROC_AUC: _roc_auc,
    Metric.ACCURACY: _accuracy,
    Metric.RMSE: _rmse,
    Metric.PEARSON: _pearson,
}
