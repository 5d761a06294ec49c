"""docs/coverage.md: complete, and what a fresh run gives."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from benchmarks.coverage.entry import Row, Variant
    from benchmarks.coverage.page import PAGE, variant_line
    from benchmarks.coverage.registry import GROUPS, LISTS, NEEDS_MORE, variants
    from benchmarks.coverage.runner import COMPILERS, place
    from benchmarks.coverage.stages import Result, Trial

CSIM = [
    ("GCNConv", "improved=True, bias=False"),
    ("GATConv", "heads=2"),
    ("SAGEConv", "x, x_dst, edge_index"),
    ("TAGConv", "K=2"),
    ("SoftmaxAggregation", "learn=True"),
    ("GraphNorm", "x, batch"),
]
"""Rows and options that are simulated in C++."""

REFUSED = [("WLConv", "x, edge_index"), ("LSTMAggregation", "x, batch")]
"""Rows that are refused."""

RTL = ("GINConv", "train_eps=True")
"""What is simulated as RTL too."""

FIGURES = ("parameters", "float error", "16-bit error", "C++", "RTL")


def lines() -> dict[tuple[str, str], dict[str, str]]:
    """The table of variants: figures by class and arguments."""
    text = PAGE.read_text(encoding="utf-8").partition("\n## Variants\n")[2]
    found = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    rows = [row for row in found if row[0] != "class"]
    return {(row[0], row[1]): dict(zip(FIGURES, row[2:], strict=True)) for row in rows}


def fresh(name: str, label: str, folder: Path, last: str) -> tuple[Row, Variant, Result]:
    """The result of running a variant now."""
    row, variant = next((r, v) for _, r, v in variants(name) if v.label == label)
    return row, variant, Trial(variant, folder, {}, lambda _: None).run(last)


def told(row: Row, variant: Variant, result: Result) -> tuple[dict[str, str], dict[str, str]]:
    """The figures of a fresh run as the page would show them, and those that it shows."""
    cells = variant_line(row, variant, result).strip("| ").split(" | ")
    now = dict(zip(FIGURES, cells[2:], strict=True))
    return now, lines()[cells[0], cells[1]]


@pytest.mark.parametrize("group", list(LISTS))
def test_every_class_has_one_row(group: str) -> None:
    count = Counter(row.name for row in GROUPS[group])
    assert {name for name in LISTS[group] if count[name] != 1} == set()


def test_rows_say_why_they_are_not_tried() -> None:
    assert all(bool(row.variants) != bool(row.excluded) for rows in GROUPS.values() for row in rows)


def test_convolutions_that_count() -> None:
    counted = [row for row in GROUPS["conv"] if row.name not in NEEDS_MORE]
    assert len(counted) == 58
    assert all(row.variants for row in counted)


def test_variants_have_names_and_folders_of_their_own() -> None:
    assert len({place(job) for job in variants()}) == len(list(variants()))


def test_page_has_a_line_for_every_variant() -> None:
    empty = Result("crash")
    expected = [
        variant_line(row, variant, empty).split(" | ")[:2] for _, row, variant in variants()
    ]
    assert {(cells[0].strip("| "), cells[1]) for cells in expected} == set(lines())


def test_page_shows_no_defect() -> None:
    assert not any("crash" in cell or "wrong" in cell for row in lines().values() for cell in row)


def same(now: dict[str, str], page: dict[str, str], exactly: tuple[str, ...]) -> None:
    assert {key: now[key] for key in exactly} == {key: page[key] for key in exactly}
    assert max(float(now["float error"]), float(page["float error"])) <= 1e-5
    assert float(now["16-bit error"]) == pytest.approx(float(page["16-bit error"]), rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "label"), CSIM)
def test_csim_gives_what_the_page_says(name: str, label: str, tmp_path: Path) -> None:
    now, page = told(*fresh(name, label, tmp_path, "csim"))
    same(now, page, ("parameters", "C++"))


@pytest.mark.slow
def test_rtl_gives_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in COMPILERS.items():
        monkeypatch.setitem(os.environ, key, value)
    now, page = told(*fresh(*RTL, tmp_path, "rtl"))
    same(now, page, ("parameters", "C++", "RTL"))


@pytest.mark.parametrize(("name", "label"), REFUSED)
def test_refusal_is_what_the_page_says(name: str, label: str, tmp_path: Path) -> None:
    row, variant, result = fresh(name, label, tmp_path, "import")
    assert result.status == "refused"
    now, page = told(row, variant, result)
    assert now == page
