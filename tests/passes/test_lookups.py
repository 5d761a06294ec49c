"""Sums of rows of small tables become rows of fewer tables, and mean the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from gengnn.ir import Graph, Kind, Value
from gengnn.passes.fold import fold
from gengnn.passes.lookups import MOST_ROWS
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real
from tests.graphs import Builder, make

RNG = np.random.default_rng(0)
FEATURES = 4
ATOMS = (119, 5, 12, 12, 10, 6, 6, 2, 2)


def builder(bounds: Sequence[int | None]) -> Builder:
    """Integers `i0`, `i1`, ... of these bounds and numbers `x` of every node."""
    integers = (
        Value(f"i{place}", "nodes", (), Kind.INDEX, bound=bound)
        for place, bound in enumerate(bounds)
    )
    return Builder((Value("x", "nodes", (FEATURES,)), *integers))


def table(build: Builder, name: str, index: str, rows: int, features: int = FEATURES) -> str:
    return build(name, make("Embedding"), index, table=RNG.normal(size=(rows, features)))


def encoder(sizes: Sequence[int]) -> Graph:
    """The sum of one table per integer, one added after the other."""
    build = builder(sizes)
    total = table(build, "t0", "i0", sizes[0])
    for place, rows in enumerate(sizes[1:], start=1):
        other = table(build, f"t{place}", f"i{place}", rows)
        total = build(f"sum{place}", make("Add"), total, other)
    return build.graph(total, limits={"nodes": 50})


def kinds(graph: Graph) -> Counter[str]:
    return Counter(type(node.op).__name__ for node in graph.nodes)


def joined(graph: Graph) -> Graph:
    """The simplified graph, whose outputs are checked to be those of `graph`."""
    after = simplify(graph).verify()
    sample = {
        value.name: RNG.integers(0, value.bound or 3, size=40)
        if value.kind is Kind.INDEX
        else RNG.normal(size=(40, *value.shape))
        for value in graph.user_inputs
    }
    expected, got = (run_real(form, [sample]).tensors for form in (graph, after))
    for before, name in zip(graph.outputs, after.outputs, strict=True):
        torch.testing.assert_close(got[name], expected[before], rtol=1e-12, atol=1e-12)
    return after


def depths(graph: Graph) -> list[int]:
    keys = [node.params["table"] for node in graph.nodes if "table" in node.params]
    return sorted(len(graph.params[key].data) for key in keys)


def test_nine_tables_of_atoms_are_four() -> None:
    after = joined(encoder(ATOMS))
    assert kinds(after) == {"Joint": 5, "Embedding": 4, "Add": 3}
    assert depths(after) == [72, 119, 120, 120]
    assert all(rows <= MOST_ROWS for rows in depths(after))


def test_three_tables_of_bonds_are_one() -> None:
    after = joined(encoder((5, 6, 2)))
    assert kinds(after) == {"Joint": 2, "Embedding": 1}
    assert depths(after) == [60]


def test_tables_of_one_integer_are_added_up() -> None:
    build = builder([200])
    table(build, "a", "i0", 200)
    table(build, "b", "i0", 250)
    after = joined(build.graph(build("y", make("Add"), "a", "b"), limits={"nodes": 50}))
    assert kinds(after) == {"Embedding": 1}
    assert depths(after) == [200]


@pytest.mark.parametrize("place", range(3))
def test_other_operands_stay_where_they_are(place: int) -> None:
    build = builder([3, 4])
    leaves = [table(build, "a", "i0", 3), table(build, "b", "i1", 4)]
    leaves.insert(place, build("r", make("Relu"), "x"))
    build("s", make("Add"), leaves[0], leaves[1])
    after = joined(build.graph(build("y", make("Add"), leaves[2], "s"), limits={"nodes": 50}))
    assert kinds(after) == {"Relu": 1, "Joint": 1, "Embedding": 1, "Add": 1}
    assert depths(after) == [12]


def both(build: Builder, *more: str) -> Graph:
    """The sum of tables a and b, which ReLU takes, and other outputs."""
    build("s", make("Add"), "a", "b")
    return build.graph(build("y", make("Relu"), "s"), *more, limits={"nodes": 50})


def test_what_others_read_stays() -> None:
    build = builder([3, 4])
    table(build, "a", "i0", 3)
    table(build, "b", "i1", 4)
    assert kinds(joined(both(build, "a"))) == {"Embedding": 2, "Add": 1, "Relu": 1}


def test_a_sum_that_others_read_is_one_of_two_sums() -> None:
    build = builder([3, 4, 5])
    for place, rows in enumerate((3, 4, 5)):
        table(build, f"t{place}", f"i{place}", rows)
    build("s", make("Add"), "t0", "t1")
    build("y", make("Add"), "s", "t2")
    after = joined(build.graph("s", "y", limits={"nodes": 50}))
    assert kinds(after) == {"Joint": 1, "Embedding": 2, "Add": 1}


def test_a_narrow_sum_in_a_wide_one_is_a_sum_of_its_own() -> None:
    build = builder([3, 4])
    table(build, "a", "i0", 3, 1)
    table(build, "b", "i1", 4, 1)
    build("s", make("Add"), "a", "b")
    after = joined(build.graph(build("y", make("Add"), "x", "s"), limits={"nodes": 50}))
    assert kinds(after) == {"Joint": 1, "Embedding": 1, "Add": 1}


@pytest.mark.parametrize(
    ("bounds", "features", "sign"),
    [((12, 11), FEATURES, 1), ((3, None), FEATURES, 1), ((3, 4), 1, 1), ((3, 4), FEATURES, -1)],
    ids=["large", "unbounded", "broadcast", "difference"],
)
def test_other_tables_stay(bounds: Sequence[int | None], features: int, sign: int) -> None:
    build = builder(bounds)
    table(build, "a", "i0", 12)
    table(build, "b", "i1", 12, features)
    build("s", make("Add", sign), "a", "b")
    after = joined(build.graph(build("y", make("Relu"), "s"), limits={"nodes": 50}))
    assert kinds(after) == {"Embedding": 2, "Add": 1, "Relu": 1}


def test_layers_with_tables_of_their_own_share_the_integer_and_fold() -> None:
    build = Builder(
        (
            *builder([5, 6]).inputs,
            Value("src", "edges", (), Kind.INDEX, target="nodes"),
            Value("dst", "edges", (), Kind.INDEX, target="nodes"),
            Value("rows_nodes", "nodes", (), Kind.ROWS),
        )
    )
    last = "x"
    for layer in range(3):
        for place, rows in enumerate((5, 6)):
            table(build, f"t{place}_{layer}", f"i{place}", rows)
        build(f"e{layer}", make("Add"), f"t0_{layer}", f"t1_{layer}")
        build(f"s{layer}", make("Add"), last, f"e{layer}")
        build(f"g{layer}", make("Gather"), f"s{layer}", "src")
        last = build(f"r{layer}", make("Scatter", "sum"), f"g{layer}", "dst", "rows_nodes")
    after = joined(build.graph(last, limits={"nodes": 50, "edges": 50}))
    layers = {"Embedding": 3, "Add": 3, "Gather": 3, "Scatter": 3}
    assert kinds(after) == {"Joint": 1, **layers}
    (loop,) = fold(after).loops
    assert len(loop.iterations) == 3
