"""Guests: matrix units behind a loop whose work a unit of the loop does after its layers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from gengnn.design import OUTER
from gengnn.ir import Graph, Node
from gengnn.ops.base import Site
from gengnn.passes.netlist import Cell, Netlist, Wire, in_order
from gengnn.passes.place import parameters
from gengnn.passes.wiring import MASK_BITS


def with_guests(graph: Graph, netlist: Netlist) -> Netlist | None:
    """The netlist where the largest unit of the last loop works for single rows behind the loop.

    A pooled row passes one dense layer after the other, and each would have multipliers that
    stand still while the layers work. None if there is no such loop, or nothing behind it.
    """
    order = [cell.scope for cell in netlist.cells if cell.scope != OUTER]
    if not order:
        return None
    loop = order[-1]
    hosts = [c for c in netlist.cells if c.scope == loop and c.nodes and c.nodes[0].op.multiplies]
    host = max(hosts, key=lambda cell: _size(graph, cell), default=None)
    if host is None:
        return None
    behind = _behind(netlist, loop)
    layers = netlist.layers[loop]
    most = max(g for g in range(MASK_BITS) if (g + 1) * (layers + g) <= MASK_BITS)
    names = _largest(graph, host, [cell for cell in behind if _is_single(graph, cell)], most)
    guests = [cell for cell in behind if cell.name in names]
    return _Party(netlist, host, guests, behind).netlist() if guests else None


def _size(graph: Graph, cell: Cell) -> int:
    """Trained numbers of one layer."""
    return sum(graph.params[key].data.size for key in cell.nodes[0].params.values())


def _behind(netlist: Netlist, loop: int) -> list[Cell]:
    """The cells outside the loops that need what a loop makes."""
    wires = {w for c in netlist.cells if c.scope == loop for w in c.outputs.values()}
    found = []
    for cell in netlist.cells:
        if cell.scope == OUTER and not wires.isdisjoint(cell.inputs.values()):
            found.append(cell)
            wires.update(cell.outputs.values())
    return found


def _is_single(graph: Graph, cell: Cell) -> bool:
    """Whether a cell makes one row per graph of another."""
    if len(cell.nodes) != 1 or len(cell.inputs) != 1:
        return False
    site = _site(graph, cell.nodes)
    return all(graph.limit(value.space) == 1 for value in (*site.inputs, site.output))


def _largest(graph: Graph, host: Cell, found: Sequence[Cell], most: int) -> set[str]:
    """The names of the largest cells, at most so many, that the host's unit can do together."""
    own, taken = _site(graph, host.nodes), list[Cell]()
    for cell in sorted(found, key=lambda cell: -_size(graph, cell)):
        guests = tuple(_site(graph, each.nodes) for each in (*taken, cell))
        if len(taken) < most and own.ops[0].hosts(replace(own, guests=guests)):
            taken.append(cell)
    return {cell.name for cell in taken}


def _site(graph: Graph, twins: Sequence[Node]) -> Site:
    """The place of an op before its lanes are chosen."""
    inputs = tuple(graph.values[name] for name in twins[0].inputs)
    params = tuple(parameters(graph, node) for node in twins)
    return Site(inputs, twins[0].output, {}, params, {}, ops=tuple(node.op for node in twins))


@dataclass(frozen=True)
class _Party:
    """A host, its guests in the order of their turns, and all cells behind the loop."""

    before: Netlist
    host: Cell
    guests: Sequence[Cell]
    behind: Sequence[Cell]

    @property
    def layers(self) -> int:
        """Turns before the guests'."""
        return self.before.layers[self.host.scope]

    @property
    def every(self) -> int:
        """All turns (bit i)."""
        return (1 << self.layers + len(self.guests)) - 1

    def netlist(self) -> Netlist:
        """The cells as they are with guests."""
        wires = dict(self.before.wires)
        turns = self._turns()
        cells = [self._at(cell, turns) for cell in self.before.cells if cell not in self.guests]
        host = next(cell for cell in cells if cell.name == self.host.name)
        host.guests, host.turns = tuple(cell.nodes[0] for cell in self.guests), self.every
        cells += self._entrance(host, wires, turns) + self._exit(host, cells, wires)
        return replace(self.before, cells=in_order(cells), wires=wires)

    def _turns(self) -> dict[str, int]:
        """The turn in which each cell works that leads from the loop to a guest.

        That is the last layer's, or that of the last guest on whose result it depends.
        """
        needed = {wire for guest in self.guests for wire in guest.inputs.values()}
        leads = []
        for cell in reversed(self.behind):
            if cell in self.guests or not needed.isdisjoint(cell.outputs.values()):
                leads.append(cell)
                needed.update(cell.inputs.values())
        turns: dict[str, int] = {}
        made: dict[str, int] = {}
        for cell in reversed(leads):
            turn = max(made.get(wire, self.layers - 1) for wire in cell.inputs.values())
            turns[cell.name] = turn
            if cell in self.guests:
                turn = self.layers + self.guests.index(cell)
            made.update(dict.fromkeys(cell.outputs.values(), turn))
        return turns

    def _at(self, cell: Cell, turns: dict[str, int]) -> Cell:
        """A cell with the turns in which it works."""
        if cell.scope == self.host.scope:
            return replace(cell, turns=(1 << self.layers) - 1)
        if cell.name in turns:
            return replace(cell, scope=self.host.scope, turns=1 << turns[cell.name])
        return replace(cell)

    def _entrance(self, host: Cell, wires: dict[str, Wire], turns: dict[str, int]) -> list[Cell]:
        """What leads the rows of the layers and then those of each guest to the host."""
        value, scope = wires[host.inputs["x"]].value, host.scope
        names = wires[host.inputs["x"]].values
        own, fed = host.inputs["x"], list[str]()
        cells: list[Cell] = []
        first = f"{host.name}_turn0"
        for guest in self.guests:
            turn, source = turns[guest.name], guest.inputs["x"]
            once = 1 << turn
            if turn < self.layers + self.guests.index(guest) - 1 or not fed:
                cell = Cell(f"{guest.name}_held", "fifo", scope, guest.level, wires[source].value)
                cells.append(_joined(cell, {"x": source}, cell.name, wires))
                cell.turns, source = once, cell.name
            padded = replace(value, name=f"{guest.name}_in", space=guest.value.space)
            cell = Cell(padded.name, "fit", scope, guest.level, padded, turns=once, like=first)
            cells.append(_joined(cell, {"x": source}, cell.name, wires))
            fed.append(cell.name)
        back = fed[-1]
        for number in reversed(range(len(self.guests))):
            start = self.layers + number - 1 if number else 0
            cell = Cell(f"{host.name}_turn{number}", "turn", scope, host.level, value)
            cell.turns, cell.repeat = self.every >> start << start, 1 if number else self.layers
            cell.guests, cell.like = host.guests, own
            ends = {"a": fed[number - 1] if number else own, "b": back}
            told = () if number else names
            cells.append(_joined(cell, ends, cell.name, wires, told))
            back = cell.name
        host.inputs = {"x": first}
        return cells

    def _exit(self, host: Cell, cells: Collection[Cell], wires: dict[str, Wire]) -> list[Cell]:
        """What leads the results of the layers on as before, and each guest's to its place."""
        own = wires[host.outputs["y"]]
        count = self.layers + len(self.guests)
        every = replace(own, name=f"{own.name}_all", values=_filled(own.values, count))
        wires[every.name] = every
        host.outputs = {"y": every.name}
        known = [cell for cell in cells if cell.kind == "fork" and cell.inputs["x"] == own.name]
        if known and (len(known[0].mask) + len(self.guests)) * count <= MASK_BITS:
            fork, made = known[0], []
            fork.outputs = dict(fork.outputs)
        else:
            fork = Cell(f"{every.name}_fork", "fork", host.scope, host.level, own.value)
            fork.outputs, fork.mask, made = {"y0": own.name}, ((1 << self.layers) - 1,), [fork]
        fork.inputs, fork.turns = {"x": every.name}, self.every
        for number, guest in enumerate(self.guests):
            turn = 1 << self.layers + number
            wire = replace(every, name=f"{guest.name}_of_{host.name}", values=_filled((), count))
            wires[wire.name] = wire
            fork.outputs[f"y{len(fork.mask)}"] = wire.name
            fork.mask = (*fork.mask, turn)
            cell = Cell(guest.name, "fit", host.scope, guest.level, guest.value, turns=turn)
            cell.inputs, cell.outputs = {"x": wire.name}, dict(guest.outputs)
            made.append(cell)
        return made


def _filled(values: Sequence[str], count: int) -> tuple[str, ...]:
    """The names of what a stream carries in each turn, none where the model has no name for it."""
    return (*values, *[""] * (count - len(values)))


def _joined(
    cell: Cell,
    inputs: dict[str, str],
    output: str,
    wires: dict[str, Wire],
    names: Sequence[str] = (),
) -> Cell:
    """A cell with its wires; `names` are those of the values that its result carries."""
    cell.inputs, cell.outputs = inputs, {"y": output}
    count = max(cell.turns.bit_count(), 1)
    wires[output] = Wire(output, cell.value, _filled(names, count))
    return cell
