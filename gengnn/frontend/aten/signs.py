"""Which values are never negative, told from the nodes that make them."""

from __future__ import annotations

from gengnn.frontend.builder import Builder
from gengnn.ir import Kind, Node, Value
from gengnn.ops.add import Add
from gengnn.ops.affine import Affine
from gengnn.ops.embedding import Embedding
from gengnn.ops.fill import Fill
from gengnn.ops.linear import Linear
from gengnn.ops.maximum import Maximum
from gengnn.ops.mul import Mul
from gengnn.ops.relu import Relu
from gengnn.ops.table import Table

POSITIVE_TABLES = frozenset(["sigmoid", "exp", "softplus", "sqrt", "rsqrt", "reciprocal"])
"""Functions without negative values."""


def is_never_negative(b: Builder, value: Value) -> bool:
    """Whether every number of `value` is 0 or more, whatever the inputs are."""
    known = {node.name: node for node in b.nodes}
    told: dict[str, bool] = {v.name: v.kind is not Kind.REAL for v in b.inputs}
    for node in b.nodes:
        signs = [told[name] for name in node.inputs if _is_number(name, known)]
        told[node.name] = _keeps(b, node, signs)
    return told[value.name]


def _is_number(name: str, known: dict[str, Node]) -> bool:
    """Whether an input carries numbers, not rows or indices."""
    return name not in known or known[name].output.kind is Kind.REAL


def _keeps(b: Builder, node: Node, signs: list[bool]) -> bool:
    """Whether a node's result is never negative, given that of its inputs."""
    op = node.op
    weights = [b.params[key].data for role, key in node.params.items()]
    if isinstance(op, Relu) or (isinstance(op, Table) and op.function in POSITIVE_TABLES):
        return True
    if isinstance(op, Fill):
        return op.value >= 0
    if isinstance(op, Maximum) and op.sign > 0:
        return any(signs)
    if isinstance(op, Mul) and node.inputs[0] == node.inputs[1]:
        return True
    if isinstance(op, (Affine, Linear, Embedding)):
        return all(signs) and all((data >= 0).all() for data in weights)
    is_known = not isinstance(op, (Table,)) and not (isinstance(op, Add) and op.sign < 0)
    return is_known and all(signs)
