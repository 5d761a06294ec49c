"""Fold: find the layers of one shape that can share one set of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gengnn.ir import Graph, Loop, Node
from gengnn.passes.chains import Chains, contract, expand
from gengnn.passes.extend import Layers, extensions, mark, trained

MAX_LAYERS = 16
"""Iterations of one loop at the most."""


Windows = Sequence[Sequence[Node]]
"""The nodes of each layer of a loop."""


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
    An activation that some layers lack is put in as a pass-through; a first or last layer that
    lacks more is completed.
    """
    chains = contract(_hoisted(graph))
    nodes = list(chains.nodes)
    stretches = _search(graph, chains, nodes, 0, len(nodes))
    found: list[Windows] = [stretch.windows(nodes) for stretch in stretches]
    for number in range(len(found)):
        chains, found[number] = _extended(graph, chains, found, number)
    folded, loops = expand(graph, chains, found)
    return _sorted(replace(folded, loops=tuple(Loop(names) for names in loops)))


def _sorted(graph: Graph) -> Graph:
    """What a loop reads from outside comes before all of its nodes."""
    for loop in graph.loops:
        inside = {name for layer in loop.iterations for name in layer}
        first = next(place for place, node in enumerate(graph.nodes) if node.name in inside)
        needed = set(inside)
        for node in reversed(graph.nodes):
            if node.name in needed:
                needed.update(node.inputs)
        front = [
            *graph.nodes[:first],
            *(n for n in graph.nodes[first:] if n.name in needed - inside),
        ]
        known = {node.name for node in front}
        rest = (node for node in graph.nodes if node.name not in known)
        graph = replace(graph, nodes=(*front, *rest))
    return graph


def _extended(
    graph: Graph, chains: Chains, found: Sequence[Windows], number: int
) -> tuple[Chains, Windows]:
    """One loop with the layers at its ends that lack a part, where that saves units."""
    windows, whole = found[number], Layers(tuple(map(tuple, found[number])))
    taken = {node.name for other in found if other is not windows for w in other for node in w}
    best, most = whole, whole.saved(graph)
    for layers in extensions(graph, chains, windows, taken):
        saved = layers.saved(graph)
        fits = len(layers.windows) <= MAX_LAYERS and saved > most
        if fits and _is_loop(layers.applied(chains), layers.windows):
            best, most = layers, saved
    return best.applied(chains), list(best.windows)


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
            if _is_loop(chains, stretch.windows(nodes))
        ),
        default=None,
    )
    if best is None or best[0] <= 0:
        return []
    period, first = -best[1], -best[2]
    repeats = max(
        stretch.repeats
        for stretch in _candidates(graph, nodes, start, stop)
        if (stretch.start, stretch.period) == (first, period)
        and _is_loop(chains, stretch.windows(nodes))
    )
    chosen = Stretch(first, period, repeats)
    left = _search(graph, chains, nodes, start, chosen.start)
    return [*left, chosen, *_search(graph, chains, nodes, chosen.stop, stop)]


def _saved(graph: Graph, stretch: Stretch, nodes: Sequence[Node]) -> int:
    """Parameters whose units the loop shares; 0 where no barrier is in the layer."""
    window = stretch.windows(nodes)[0]
    if not any(node.op.is_barrier for node in window):
        return 0
    return (stretch.repeats - 1) * (trained(graph, window) + len(window))


def _candidates(graph: Graph, nodes: Sequence[Node], start: int, stop: int) -> list[Stretch]:
    marks = [mark(graph, node) for node in nodes]
    found = []
    for period in range(1, (stop - start) // 2 + 1):
        run = 0
        for position in range(stop - period - 1, start - 1, -1):
            run = run + 1 if marks[position] == marks[position + period] else 0
            repeats = min(run // period + 1, MAX_LAYERS)
            if repeats > 1:
                found.append(Stretch(position, period, repeats))
    return found


def _is_loop(chains: Chains, windows: Windows) -> bool:
    """Whether every operand of the windows is wired alike, and activations agree."""
    place = {
        node.name: (layer, position)
        for layer, window in enumerate(windows)
        for position, node in enumerate(window)
    }
    for position in range(len(windows[0])):
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
