"""Divisors without the tiny constants that guard them."""

from __future__ import annotations

from gengnn.frontend.aten.signs import is_never_negative
from gengnn.frontend.builder import Builder
from gengnn.ir import Value
from gengnn.ops.affine import Affine
from gengnn.ops.fill import Fill
from gengnn.ops.maximum import Maximum

EPSILON = 1e-15
"""Constants up to this size, added to a divisor, do no more than guard against a division by 0."""

LEAST = 1e-9
"""The same for the smallest divisor that a clamp allows."""


def without_epsilon(b: Builder, value: Value) -> Value:
    """A divisor without the tiny constant that was added to it, or that it was clamped to.

    In fixed point such a constant is 0, and a division by 0 gives 0 by itself: what floats make
    of it too where the dividend is then 0, as in PyG's softmax of empty neighbourhoods and in
    torch's normalize of zero vectors.
    """
    node = next((node for node in b.nodes if node.name == value.name), None)
    if node is None or not is_never_negative(b, value):
        return value
    known = {entry.name: entry.output for entry in b.nodes} | {v.name: v for v in b.inputs}
    source = known[node.inputs[0]]
    if isinstance(node.op, Affine):
        scale, shift = (b.params[node.params[role]].data for role in ("scale", "shift"))
        is_tiny = (scale == 1.0).all() and (shift > 0).all() and (shift <= EPSILON).all()
        return source if is_tiny and is_never_negative(b, source) else value
    if isinstance(node.op, Maximum) and node.op.sign > 0 and source.shape == value.shape:
        op = b.op_of(known[node.inputs[1]])
        is_tiny = isinstance(op, Fill) and 0 < op.value <= LEAST
        return source if is_tiny and is_never_negative(b, source) else value
    return value
