"""Metrics, against values that can be counted by hand."""

import numpy as np
import pytest

from gengnn.errors import DataError
from gengnn.metrics import Metric, measure


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


@pytest.mark.parametrize(
    ("scores", "labels", "expected"),
    [
        ((0.1, 0.2, 0.3, 0.4), (0, 0, 1, 1), 1.0),
        ((0.4, 0.3, 0.2, 0.1), (0, 0, 1, 1), 0.0),
        ((1.0, 1.0, 1.0, 1.0), (0, 1, 0, 1), 0.5),  # all tied
        ((0.1, 0.3, 0.3, 0.4), (0, 0, 1, 1), 0.875),  # one of four pairs tied
    ],
)
def test_roc_auc(scores: tuple[float, ...], labels: tuple[float, ...], expected: float) -> None:
    assert measure(Metric.ROC_AUC, column(*scores), column(*labels)) == expected


def test_roc_auc_is_the_mean_over_tasks_without_unknown_labels() -> None:
    scores = np.array([[1.0, 4.0], [2.0, 3.0], [3.0, 9.0]])
    labels = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, np.nan]])
    assert measure(Metric.ROC_AUC, scores, labels) == 0.5  # 1 and 0


def test_roc_auc_needs_both_classes() -> None:
    with pytest.raises(DataError, match="both classes, got 2 of 2"):
        measure(Metric.ROC_AUC, column(1, 2), column(1, 1))


def test_accuracy_of_logits_and_of_classes() -> None:
    assert measure(Metric.ACCURACY, column(-1, 2, 3, -4), column(0, 1, 0, 0)) == 0.75
    classes = np.array([[0.1, 0.9, 0.0], [2.0, 1.0, 0.0]])
    assert measure(Metric.ACCURACY, classes, np.array([1.0, 2.0])) == 0.5


def test_rmse() -> None:
    assert measure(Metric.RMSE, column(1, 2, 7), column(1, 2, 4)) == pytest.approx(3**0.5)


def test_pearson() -> None:
    assert measure(Metric.PEARSON, column(1, 2, 3), column(2, 4, 6)) == pytest.approx(1.0)
    assert measure(Metric.PEARSON, column(1, 2, 3), column(3, 2, 1)) == pytest.approx(-1.0)
    with pytest.raises(DataError, match="all equal"):
        measure(Metric.PEARSON, column(1, 1), column(1, 2))


@pytest.mark.parametrize(
    ("outputs", "target", "message"),
    [
        (column(1, 2), column(1), "2 output rows, y has 1"),
        (np.ones((2, 3)), np.ones((2, 2)), r"got \[2, 3\] and \[2, 2\]"),
        (column(1, 2), column(np.nan, np.nan), "no label"),
    ],
)
def test_labels_that_do_not_fit(outputs: np.ndarray, target: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        measure(Metric.RMSE, outputs, target)
