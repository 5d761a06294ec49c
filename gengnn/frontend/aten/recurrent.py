"""Recurrent cells, and sequences of fixed length through them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gengnn.frontend.aten.product import lower_linear
from gengnn.frontend.aten.select import lower_cat, lower_chunk, lower_select, lower_stack
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add, lower_sub
from gengnn.ops.lowering import Abstract, Const, Full, LoweringError, Rowed, is_zero, lowers
from gengnn.ops.mul import lower_mul
from gengnn.ops.relu import Relu
from gengnn.ops.table import tabulate

State = tuple[Abstract, ...]
"""What a cell keeps from one step to the next, the result first: [rows, H] each."""

Cell = Callable[[Builder, Abstract, State, Sequence[Abstract]], State]
"""A step: an input [rows, F], the state before, and the weights, of the input's first."""

MAX_STEPS = 64
"""The longest sequence that is laid out step by step."""


def _gates(b: Builder, x: Abstract, weights: Sequence[Abstract], place: int) -> Abstract:
    """W x + bias with the weights of the input (place 0) or of the state (place 1)."""
    weight = weights[place]
    bias = weights[place + 2] if len(weights) > 2 else None  # noqa: PLR2004 -- two matrices first
    if is_zero(x) and isinstance(x, Full) and isinstance(weight, Const):
        sums = bias.data if isinstance(bias, Const) else np.zeros(weight.data.shape[0])
        return Full(sums[None], 0, x.rows)
    return lower_linear(b, x, weight, bias)


def gru(b: Builder, x: Abstract, state: State, weights: Sequence[Abstract]) -> State:
    """A gated recurrent unit: n + z (h - n) with gates r and z (as torch's GRUCell)."""
    reset, update, new = lower_chunk(b, _gates(b, x, weights, 0), 3, -1)
    old_reset, old_update, old_new = lower_chunk(b, _gates(b, state[0], weights, 1), 3, -1)
    r = tabulate(b, lower_add(b, reset, old_reset), "sigmoid")
    z = tabulate(b, lower_add(b, update, old_update), "sigmoid")
    n = tabulate(b, lower_add(b, new, lower_mul(b, r, old_new)), "tanh")
    if is_zero(state[0]):
        return (lower_sub(b, n, lower_mul(b, z, n)),)
    return (lower_add(b, n, lower_mul(b, z, lower_sub(b, state[0], n))),)


def lstm(b: Builder, x: Abstract, state: State, weights: Sequence[Abstract]) -> State:
    """A long short-term memory: (o tanh(c), c), c = f c + i g (as torch's LSTMCell)."""
    sums = lower_add(b, _gates(b, x, weights, 0), _gates(b, state[0], weights, 1))
    gates = lower_chunk(b, sums, 4, -1)
    i, f, o = (tabulate(b, gates[place], "sigmoid") for place in (0, 1, 3))
    added = lower_mul(b, i, tabulate(b, gates[2], "tanh"))
    kept = added if is_zero(state[1]) else lower_add(b, lower_mul(b, f, state[1]), added)
    return lower_mul(b, o, tabulate(b, kept, "tanh")), kept


def _sum(b: Builder, x: Abstract, state: State, weights: Sequence[Abstract]) -> Rowed:
    return lower_add(b, _gates(b, x, weights, 0), _gates(b, state[0], weights, 1))


def rnn_tanh(b: Builder, x: Abstract, state: State, weights: Sequence[Abstract]) -> State:
    """tanh(W x + U h)."""
    return (tabulate(b, _sum(b, x, state, weights), "tanh"),)


def rnn_relu(b: Builder, x: Abstract, state: State, weights: Sequence[Abstract]) -> State:
    """relu(W x + U h)."""
    total = _sum(b, x, state, weights)
    return (Rowed(b.emit(Relu(), [total.value]), total.dims, total.axis),)


CELLS: dict[str, tuple[Cell, int]] = {
    "gru": (gru, 1),
    "lstm": (lstm, 2),
    "rnn_tanh": (rnn_tanh, 1),
    "rnn_relu": (rnn_relu, 1),
}
"""Each cell by torch's name, and how many tensors its state is."""


def _register(name: str) -> None:
    cell, states = CELLS[name]

    @lowers(f"aten.{name}_cell.default")
    def lower_cell(b: Builder, x: Abstract, state: Abstract, *weights: Abstract) -> Abstract:
        given = tuple(state) if isinstance(state, list) else (state,)
        told = cell(b, x, given, [weight for weight in weights if weight is not None])
        return list(told) if states > 1 else told[0]

    @lowers(f"aten.{name}.input")
    def lower_sequence(
        b: Builder, x: Abstract, state: Abstract, weights: Sequence[Abstract], *told: Abstract
    ) -> list[Abstract]:
        given = state if isinstance(state, list) else [state]
        return _sequence(b, cell, x, given, weights, told)


for _name in CELLS:
    _register(_name)


def _sequence(
    b: Builder,
    cell: Cell,
    x: Abstract,
    states: Sequence[Abstract],
    weights: Sequence[Abstract],
    told: Sequence[Abstract],
) -> list[Abstract]:
    """A stack of layers over a sequence: the results of the last layer, and the final states.

    `x` is [T, rows, F] or, if batch first, [rows, T, F]; each of `states` is [layers * directions,
    rows, H]. `told` is has_biases, layers, dropout, train, bidirectional, batch first.
    """
    has_biases, layers, dropout, train, both_ways, batch_first = told
    if train and dropout:
        raise LoweringError("drops features at random", "export the model after model.eval()")
    time = 1 if batch_first else 0
    steps = _steps(b, x, time)
    ways, each = 2 if both_ways else 1, 4 if has_biases else 2
    if not isinstance(layers, int) or len(weights) != layers * ways * each:
        raise LoweringError("a recurrent layer with projections", "use proj_size=0")
    finals: list[list[Abstract]] = [[] for _ in states]
    for layer in range(layers):
        results = []
        for way in range(ways):
            place = layer * ways + way
            first = tuple(lower_select(b, state, 0, place) for state in states)
            own = weights[place * each : (place + 1) * each]
            made, last = _run(b, cell, steps[:: 1 - 2 * way], first, own)
            results.append(made[:: 1 - 2 * way])
            for kept, state in zip(finals, last, strict=True):
                kept.append(state)
        steps = [lower_cat(b, list(sides), -1) for sides in zip(*results, strict=True)]
    return [lower_stack(b, steps, time), *(lower_stack(b, kept, 0) for kept in finals)]


def _steps(b: Builder, x: Abstract, time: int) -> list[Abstract]:
    """The entries [rows, F] of a sequence."""
    sizes = b.sizes(x)
    count = sizes[time]
    if len(sizes) != 3 or not isinstance(count, int):  # noqa: PLR2004 -- time, rows, features
        raise LoweringError(
            "a recurrent layer over the rows of a graph, whose order is arbitrary",
            "aggregate by sum, mean or max; a sequence must have a fixed length",
        )
    if not 0 < count <= MAX_STEPS:
        raise LoweringError(f"a sequence of {count} steps", f"at most {MAX_STEPS}")
    return [lower_select(b, x, time, step) for step in range(count)]


def _run(
    b: Builder,
    cell: Cell,
    steps: Sequence[Abstract],
    state: State,
    weights: Sequence[Abstract],
) -> tuple[list[Abstract], State]:
    """The result of every step, and the last state."""
    results = []
    for step in steps:
        state = cell(b, step, state, weights)
        results.append(state[0])
    return results, state
