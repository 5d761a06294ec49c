"""Simplify: the same numbers from fewer nodes."""

from __future__ import annotations

from gengnn.ir import Graph
from gengnn.passes.algebra import drop_identities, fuse
from gengnn.passes.constants import fold_constants
from gengnn.passes.merge import merge
from gengnn.passes.rewrite import drop_dead, hoist

STEPS = (merge, fold_constants, drop_identities, fuse, drop_dead)
"""Each step may open the way for the others; they run until none finds anything."""


def simplify(graph: Graph) -> Graph:
    """Merge equal nodes, compute constants, fold BatchNorm, drop what nothing reads.

    What depends only on the structure of the graph comes first, for all layers at once.
    """
    before: Graph | None = None
    while before is None or before.nodes != graph.nodes:
        before = graph
        for step in STEPS:
            graph = step(graph)
    return hoist(graph)
