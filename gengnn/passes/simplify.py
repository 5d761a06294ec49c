"""Simplify: the same numbers from fewer nodes."""

from __future__ import annotations

from gengnn.ir import Graph
from gengnn.passes.algebra import drop_identities, fuse
from gengnn.passes.constants import fold_constants
from gengnn.passes.lookups import join_lookups
from gengnn.passes.merge import merge
from gengnn.passes.rewrite import drop_dead, hoist
from gengnn.passes.shifts import move_shifts
from gengnn.passes.split import split

STEPS = (merge, fold_constants, drop_identities, fuse, move_shifts, drop_dead)
"""Each step may open the way for the others; they run until none finds anything."""


def simplify(graph: Graph) -> Graph:
    """Merge equal nodes, compute constants, fold BatchNorm, drop what nothing reads.

    Then small tables are joined, and layers with many zeros are split. What depends only on the
    structure of the graph comes first, for all layers at once.
    """
    return hoist(_settled(drop_dead(split(join_lookups(_settled(graph))))))


def _settled(graph: Graph) -> Graph:
    before: Graph | None = None
    while before is None or before.nodes != graph.nodes:
        before = graph
        for step in STEPS:
            graph = step(graph)
    return graph
