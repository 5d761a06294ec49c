"""Extend: layers at the ends of a folded loop that lack a part of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from gengnn.ir import Graph, Kind, Node
from gengnn.passes.chains import Chains

LEAST_SHARE = 3
"""A last layer joins when it has at least one part in this many of the others' parameters."""

Window = tuple[Node, ...]

Alike = dict[tuple[tuple[str, ...], object], list[Node]]
"""The nodes that have the same operands and could share a unit."""

PAIR = 2
"""Layers that show how each is wired to the one before."""

SAME, BEFORE, OUTSIDE = "same", "before", "outside"
"""Where an operand comes from: its own layer, the layer before, or outside the loop."""


@dataclass(frozen=True)
class Layers:
    """Windows alike, and what had to be made or changed so that they are.

    `made` has new nodes by the name of the node that they precede ("": they come last),
    `changed` the nodes whose operands are new ones.
    """

    windows: tuple[Window, ...]
    made: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
    changed: Mapping[str, Node] = field(default_factory=dict)

    def joined(self, windows: tuple[Window, ...], more: Layers) -> Layers:
        """The windows, with what `more` made and changed too."""
        return Layers(windows, {**self.made, **more.made}, {**self.changed, **more.changed})

    def without(self, nodes: Mapping[str, Node]) -> dict[str, Node]:
        """Those of `nodes` that are in no window."""
        inner = {node.name for window in self.windows for node in window}
        return {name: node for name, node in nodes.items() if name not in inner}

    def saved(self, graph: Graph) -> int:
        """Trained numbers in all windows but one."""
        new = {node.name for nodes in self.made.values() for node in nodes}
        known = [node for window in self.windows for node in window if node.name not in new]
        full = max(trained(graph, window) for window in self.windows)
        return trained(graph, known) - full

    def applied(self, chains: Chains) -> Chains:
        """The chains with the made and changed nodes."""
        nodes: list[Node] = []
        for node in chains.nodes:
            nodes += [*self.made.get(node.name, ()), self.changed.get(node.name, node)]
        return replace(chains, nodes=(*nodes, *self.made.get("", ())))


def trained(graph: Graph, nodes: Sequence[Node]) -> int:
    """The numbers in the parameters of nodes."""
    return sum(graph.params[key].data.size for node in nodes for key in node.params.values())


def mark(graph: Graph, node: Node) -> object:
    """What two nodes have in common when one unit can serve both."""
    out = node.output
    shapes = tuple((role, graph.params[key].data.shape) for role, key in node.params.items())
    return node.op.signature(), len(node.inputs), out.space, out.shape, out.kind, out.target, shapes


def extensions(
    graph: Graph, chains: Chains, windows: Sequence[Sequence[Node]], taken: set[str]
) -> Iterator[Layers]:
    """The same loop begun at each of its nodes, with more layers before and behind it.

    A first layer may lack operands that change nothing when they are filled in (a sum of one
    term). A last layer may lack whatever its result does not need: it is computed and dropped.
    `taken` are the nodes of other loops.
    """
    whole = [tuple(window) for window in windows]
    inner = taken | {node.name for window in whole for node in window}
    free = {node.name: node for node in chains.nodes if node.name not in inner}
    if not trained(graph, list(free.values())):
        return
    alike: Alike = {}
    for node in chains.nodes:
        alike.setdefault((chains.operands(node), mark(graph, node)), []).append(node)
    for turn in range(len(whole[0])):
        turned = Layers(tuple((*a[turn:], *b[:turn]) for a, b in pairwise(whole)))
        loose = (*whole[0][:turn], *whole[-1][turn:])
        if turn == 0:
            turned, loose = Layers(tuple(whole)), ()
        if len(turned.windows) >= PAIR:
            known = free | {node.name: node for node in loose}
            yield from _grown(graph, chains, turned, known, alike)


def _grown(
    graph: Graph, chains: Chains, layers: Layers, free: Mapping[str, Node], alike: Alike
) -> Iterator[Layers]:
    """The layers with one more behind them, and so on, then with one more in front."""
    back: Layers | None = layers
    while back and not back.made:
        back = _back(graph, chains, layers.windows[-PAIR:], layers.without(free), alike)
        if back:
            layers = layers.joined(layers.windows + back.windows, back)
            yield layers
    front: Layers | None = Layers(())
    while front and not front.made:
        front = _Front(graph, chains, layers.windows[:PAIR], layers.without(free)).found()
        if front:
            layers = layers.joined(front.windows + layers.windows, front)
            yield layers


class _Wires:
    """Where each operand of a layer comes from, told by two layers that follow each other."""

    def __init__(self, chains: Chains, first: Window, second: Window) -> None:
        self.chains, self.second = chains, second
        self.before = {node.name: position for position, node in enumerate(first)}
        self.same = {node.name: position for position, node in enumerate(second)}

    def origin(self, position: int, place: int) -> tuple[str, int]:
        """SAME or BEFORE with the position there, or OUTSIDE."""
        name = self.chains.operands(self.second[position])[place]
        if name in self.same:
            return SAME, self.same[name]
        return (BEFORE, self.before[name]) if name in self.before else (OUTSIDE, -1)


class _Front:
    """Matches a layer in front of `first` backwards from what it hands on."""

    def __init__(
        self, graph: Graph, chains: Chains, ends: Sequence[Window], free: Mapping[str, Node]
    ) -> None:
        self.graph, self.chains, self.first, self.free = graph, chains, ends[0], free
        self.wires = _Wires(chains, *ends)
        self.known: dict[int, Node] = {}
        self.lacking: dict[int, tuple[str, int]] = {}  # operand that is there, place of the other
        self.readers: list[tuple[int, int, int]] = []  # position, place, lacking position
        self.open: list[int] = []

    def found(self) -> Layers | None:
        """The layer; None if there is none."""
        for position, node in enumerate(self.first):
            for place, name in enumerate(self.chains.operands(node)):
                kind, source = self.wires.origin(position, place)
                if kind == BEFORE and not self._take(source, name):
                    return None
        while self.open:
            if not self._follow(self.open.pop()):
                return None
        if len(self.known) + len(self.lacking) < len(self.first):
            return None
        return self._layer()

    def _take(self, position: int, name: str) -> bool:
        if position in self.known:
            return self.known[position].name == name
        node = self.free.get(name)
        if node is None or mark(self.graph, node) != mark(self.graph, self.first[position]):
            return False
        self.known[position] = node
        self.open.append(position)
        return True

    def _follow(self, position: int) -> bool:
        """Match the operands of a known node."""
        node, twin = self.known[position], self.first[position]
        for place, name in enumerate(self.chains.operands(node)):
            kind, source = self.wires.origin(position, place)
            if kind == OUTSIDE and name != self.chains.operands(twin)[place]:
                return False
            if kind == SAME and not self._take(source, name):
                if not self._lacks(source, name, node.inputs[place]):
                    return False
                self.readers.append((position, place, source))
        return True

    def _lacks(self, position: int, name: str, given: str) -> bool:
        """Whether a node could be put in at `position` that hands on its operand `name`."""
        if position in self.lacking:
            return self.lacking[position][0] == given
        twin = self.first[position]
        origins = [self.wires.origin(position, place) for place in range(len(twin.inputs))]
        for place, (kind, _) in enumerate(origins):
            others = [source for other, (_, source) in enumerate(origins) if other != place]
            kinds = {told for other, (told, _) in enumerate(origins) if other != place}
            may_lack = kind == BEFORE and kinds == {SAME} and len(others) == 1 and not twin.params
            if may_lack and self._idle(twin, place) and self._take(others[0], name):
                self.lacking[position] = (given, place)
                return True
        return False

    def _idle(self, twin: Node, place: int) -> Node | None:
        """The node that fills in operand `place` of `twin`."""
        value = self.graph.values[twin.inputs[place]]
        op = twin.op.absent(twin.op.ports[place], value.shape)
        told = self.graph.values.values()
        rows = [v.name for v in told if v.kind is Kind.ROWS and v.space == value.space]
        if op is None or not rows:
            return None
        return Node(op, (rows[0],), replace(value, name=f"{twin.name}_none"), {}, twin.source)

    def _layer(self) -> Layers:
        made: dict[str, tuple[Node, ...]] = {}
        changed: dict[str, Node] = {}
        added: dict[int, Node] = {}
        for position, (lone, place) in self.lacking.items():
            twin = self.first[position]
            idle = self._idle(twin, place)
            assert idle is not None
            names = tuple(idle.name if at == place else lone for at in range(len(twin.inputs)))
            output = replace(twin.output, name=f"{twin.name}_first")
            added[position] = Node(twin.op, names, output, {}, twin.source)
            readers = {self.known[at].name for at, _, source in self.readers if source == position}
            first = next(node.name for node in self.chains.nodes if node.name in readers)
            made[first] = (*made.get(first, ()), idle, added[position])
        for position, place, source in self.readers:
            given = list(self.known[position].inputs)
            given[place] = added[source].name
            self.known[position] = replace(self.known[position], inputs=tuple(given))
            changed[self.known[position].name] = self.known[position]
        window = tuple(
            self.known.get(position) or added[position] for position in range(len(self.first))
        )
        return Layers((window,), made, changed)


def _back(
    graph: Graph, chains: Chains, ends: Sequence[Window], free: Mapping[str, Node], alike: Alike
) -> Layers | None:
    """Matches a layer behind `ends` forwards; twins of what it lacks are made."""
    wires = _Wires(chains, *ends)
    order = {node.name: number for number, node in enumerate(chains.nodes)}
    known: dict[str, Node] = {}
    window: list[Node] = []
    made: list[Node] = []
    for position, twin in enumerate(ends[1]):
        heads = list(chains.operands(twin))
        inputs = list(twin.inputs)
        for place in range(len(inputs)):
            kind, source = wires.origin(position, place)
            if kind != OUTSIDE:
                head = (window if kind == SAME else ends[1])[source].name
                heads[place] = head
                inputs[place] = chains.tails[head][-1].name if chains.tails.get(head) else head
        found = [
            node
            for node in alike.get((tuple(heads), mark(graph, twin)), ())
            if node.name in free and node.name not in known and order[node.name] > order[twin.name]
        ]
        node = found[0] if found else _dropped(twin, inputs)
        if found:
            known[node.name] = node
        else:
            made.append(node)
        window.append(node)
    if LEAST_SHARE * trained(graph, list(known.values())) < trained(graph, ends[1]):
        return None
    return Layers((tuple(window),), {"": tuple(made)} if made else {})


def _dropped(twin: Node, inputs: Sequence[str]) -> Node:
    """What `twin` does, on other operands, for nobody."""
    output = replace(twin.output, name=f"{twin.name}_dropped")
    return replace(twin, inputs=tuple(inputs), output=output)
