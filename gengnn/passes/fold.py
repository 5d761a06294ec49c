"""Fold: find the layers of one shape that can share one set of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gengnn.ir import Graph, Loop, Node
from gengnn.passes.chains import Chains, contract, expand

MAX_LAYERS = 16
"""Iterations of one loop at the most."""


@dataclass(frozen=True)
class Stretch:
    """`repeats` windows of `period` nodes from `start`, alike in op and shape."""

    start: int
    period: int
    repeats: int

    @property
    def stop(self) -> int:
        """The position behind the last window."""
        return self.start + self.period * self.repeats

    def windows(self, nodes: Sequence[Node]) -> list[Sequence[Node]]:
        """The nodes of each window."""
        ends = range(self.start, self.stop, self.period)
        return [nodes[first : first + self.period] for first in ends]


def fold(graph: Graph) -> Graph:
    """Mark repeated layers as loops.

    Layers fold when their nodes have the same ops, shapes and wiring: each operand comes from
    the same place in the layer, from the same place one layer before, or from one value outside.
    An activation that some layers lack is put in as a pass-through.
    """
    chains = contract(_hoisted(graph))
    nodes = list(chains.nodes)
    found = _search(graph, chains, nodes, 0, len(nodes))
    folded, loops = expand(graph, chains, [stretch.windows(nodes) for stretch in found])
    return replace(folded, loops=tuple(Loop(names) for names in loops))


def _hoisted(graph: Graph) -> Graph:
    """The graph with the nodes first that are behind no weights: layers share what they compute.

    A parameter of one number is arithmetic, such as the loop that a degree counts.
    """
    trained: set[str] = set()
    for node in graph.nodes:
        sizes = (graph.params[key].data.size for key in node.params.values())
        if any(size > 1 for size in sizes) or trained.intersection(node.inputs):
            trained.add(node.name)
    return replace(graph, nodes=tuple(sorted(graph.nodes, key=lambda node: node.name in trained)))


def _search(
    graph: Graph, chains: Chains, nodes: Sequence[Node], start: int, stop: int
) -> list[Stretch]:
    """The best loop between `start` and `stop`, and those to its left and right."""
    best = max(
        (
            (_saved(graph, stretch, nodes), -stretch.period, -stretch.start)
            for stretch in _candidates(graph, nodes, start, stop)
            if _is_loop(chains, stretch, nodes)
        ),
        default=None,
    )
    if best is None or best[0] <= 0:
        return []
    period, first = -best[1], -best[2]
    repeats = max(
        stretch.repeats
        for stretch in _candidates(graph, nodes, start, stop)
        if (stretch.start, stretch.period) == (first, period) and _is_loop(chains, stretch, nodes)
    )
    chosen = Stretch(first, period, repeats)
    left = _search(graph, chains, nodes, start, chosen.start)
    return [*left, chosen, *_search(graph, chains, nodes, chosen.stop, stop)]


def _saved(graph: Graph, stretch: Stretch, nodes: Sequence[Node]) -> int:
    """Parameters whose units the loop shares; 0 where no barrier is in the layer."""
    window = stretch.windows(nodes)[0]
    if not any(node.op.is_barrier for node in window):
        return 0
    size = sum(graph.params[key].data.size for node in window for key in node.params.values())
    return (stretch.repeats - 1) * (size + len(window))


def _candidates(graph: Graph, nodes: Sequence[Node], start: int, stop: int) -> list[Stretch]:
    marks = [_mark(graph, node) for node in nodes]
    found = []
    for period in range(1, (stop - start) // 2 + 1):
        run = 0
        for position in range(stop - period - 1, start - 1, -1):
            run = run + 1 if marks[position] == marks[position + period] else 0
            repeats = min(run // period + 1, MAX_LAYERS)
            if repeats > 1:
                found.append(Stretch(position, period, repeats))
    return found


def _mark(graph: Graph, node: Node) -> object:
    """What two nodes have in common when one unit can serve both."""
    out = node.output
    shapes = tuple((role, graph.params[key].data.shape) for role, key in node.params.items())
    return node.op.signature(), len(node.inputs), out.space, out.shape, out.kind, out.target, shapes


def _is_loop(chains: Chains, stretch: Stretch, nodes: Sequence[Node]) -> bool:
    """Whether every operand of the windows is wired alike, and activations agree."""
    windows = stretch.windows(nodes)
    place = {
        node.name: (layer, position)
        for layer, window in enumerate(windows)
        for position, node in enumerate(window)
    }
    for position in range(stretch.period):
        twins = [window[position] for window in windows]
        if not chains.agree([node.name for node in twins]):
            return False
        operands = zip(*(chains.operands(node) for node in twins), strict=True)
        if not all(_wired_alike(place, names) for names in operands):
            return False
    return True


def _wired_alike(place: dict[str, tuple[int, int]], names: Sequence[str]) -> bool:
    """One operand over all layers: invariant, from the same layer, or from the one before."""
    if len(set(names)) == 1 and names[0] not in place:
        return True
    spots = [place.get(name) for name in names]
    known = [spot for spot in spots[1:] if spot is not None]
    if len(known) < len(spots) - 1 or len({spot[1] for spot in known}) != 1:
        return False
    back = {layer - spot[0] for layer, spot in enumerate(known, start=1)}
    if back == {0}:
        return spots[0] == (0, known[0][1])
    return back == {1} and spots[0] is None
