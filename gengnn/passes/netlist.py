"""The netlist: cells and wires before any parallelism is chosen, and their dataflow order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gengnn.design import OUTER
from gengnn.ir import Node, Value
from gengnn.ops.cost import LUTRAM_DEPTH


@dataclass(frozen=True)
class Wire:
    """A stream that carries `value` (layer 0's); `values` names it in each folded layer."""

    name: str
    value: Value
    values: tuple[str, ...]


@dataclass
class Cell:
    """A unit before its parallelism is chosen: an op with its folded twins, or a cell.

    `kind` is "op", "fifo", "replay", "fork" or "merge"; "turn" and "fit" where an op has guests.
    `repeat` is the passes of a replay, the graphs that a fifo holds or the turns of its first port
    that a turn takes; `mask` has the layers (bit i) in which each output of a fork is fed.

    `guests` are the nodes that the op does after its layers, a further turn of the loop for each;
    `turns` has the turns (bit i) in which a cell of such a loop works, 0 elsewhere. Fits and
    turns make beats as wide as those of the stream `like`.
    """

    name: str
    kind: str
    scope: int
    level: int
    value: Value
    nodes: tuple[Node, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    repeat: int = 1
    mask: tuple[int, ...] = ()
    guests: tuple[Node, ...] = ()
    turns: int = 0
    like: str = ""

    @property
    def is_outer(self) -> bool:
        """Whether it works once for each graph, on what stands outside the layers."""
        return self.scope == OUTER or self.turns.bit_count() == 1


@dataclass(frozen=True)
class Sink:
    """A port that wants a stream; `layers` has bit i set if it takes layer i's rows."""

    cell: Cell
    port: str
    layers: int


@dataclass
class Source:
    """A value at one level of one scope: what makes it and who takes it."""

    wire: Wire
    scope: int
    level: int
    cell: Cell | None
    sinks: list[Sink] = field(default_factory=list)


@dataclass(frozen=True)
class Netlist:
    """Cells in dataflow order, their wires, and the wires of the inputs and outputs.

    With `is_deep` the buffers of whole graphs are in UltraRAM; memories of constants are built from
    LUTs up to `lut_words` words.
    """

    cells: tuple[Cell, ...]
    wires: Mapping[str, Wire]
    inputs: Mapping[str, str]
    outputs: tuple[str, ...]
    layers: tuple[int, ...]
    is_deep: bool = False
    lut_words: int = LUTRAM_DEPTH


def in_order(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Dataflow order; the cells of a loop stand together, its feedback does not count."""
    maker = {wire: cell for cell in cells for wire in cell.outputs.values()}
    done: dict[int, Cell] = {}

    def visit(cell: Cell, stack: list[Cell]) -> None:
        stack.append(cell)
        while stack:
            top = stack[-1]
            waiting = [c for c in _needs(top, maker, cells) if id(c) not in done]
            if waiting and waiting[0] not in stack:
                stack.append(waiting[0])
            else:
                done.setdefault(id(stack.pop()), top)

    for cell in cells:
        visit(cell, [])
    return _grouped(list(done.values()))


def _needs(cell: Cell, maker: Mapping[str, Cell], cells: Sequence[Cell]) -> list[Cell]:
    """What must come before `cell`; whoever reads a loop's result waits for the whole loop.

    What a merge feeds back and what a guest brings to a turn come in a later turn.
    """
    ports = [w for p, w in cell.inputs.items() if (cell.kind, p) != ("merge", "b")]
    makers = [maker[wire] for wire in ports if wire in maker]
    if cell.kind == "turn":
        makers = [each for each in makers if each.kind != "fit"]
        makers += [maker[cell.like]] if cell.like in maker else []
    if cell.scope == OUTER:
        loops = {m.scope for m in makers if m.scope != OUTER}
        makers += [c for c in cells if c.scope in loops]
        return makers
    entering = [c for c in cells if c.scope == cell.scope and c is not cell]
    outside = [
        maker[w]
        for c in entering
        for p, w in c.inputs.items()
        if w in maker and maker[w].scope != cell.scope
    ]
    return makers + outside


def _grouped(order: list[Cell]) -> tuple[Cell, ...]:
    """Pull the cells of each loop together at the place of its last cell."""
    last = {cell.scope: position for position, cell in enumerate(order)}
    result: list[Cell] = []
    for position, cell in enumerate(order):
        if cell.scope == OUTER:
            result.append(cell)
        elif last[cell.scope] == position:
            result += [c for c in order if c.scope == cell.scope]
    return tuple(result)
