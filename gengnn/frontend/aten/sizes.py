"""Sizes: how many rows a tensor has, and what programs compute from that."""

from __future__ import annotations

import math

from gengnn.frontend.builder import Builder
from gengnn.frontend.program import Unknown
from gengnn.ir import Kind
from gengnn.ops.lowering import (
    Abstract,
    Extent,
    Full,
    Largest,
    LoweringError,
    Rowed,
    lowers,
    wrap_dim,
)


@lowers("aten.sym_size.int")
def lower_size(b: Builder, x: Abstract, dim: int) -> Abstract:
    """x.size(dim)."""
    sizes = b.sizes(x)
    return sizes[wrap_dim(dim, len(sizes))]


@lowers("aten.sym_numel.default")
def lower_numel(b: Builder, x: Abstract) -> Abstract:
    """x.numel(): the rows when there is nothing else."""
    sizes = b.sizes(x)
    rows = [size for size in sizes if isinstance(size, Extent)]
    fixed = math.prod(size for size in sizes if isinstance(size, int))
    if not rows:
        return fixed
    return rows[0] if fixed == 1 else Unknown("a product of sizes")


@lowers("_operator.add")
def lower_size_add(b: Builder, x: Abstract, y: Abstract) -> Abstract:
    """The sum of two sizes; the largest index plus one is the number of graphs."""
    if isinstance(y, Largest):
        x, y = y, x
    if isinstance(x, Largest):
        if y != 1:
            return Unknown("arithmetic on the largest index")
        return b.extent(x.target)
    if isinstance(x, Extent):
        return x.plus(y) if isinstance(y, (int, Extent)) else Unknown("arithmetic on sizes")
    if isinstance(y, Extent):
        return y.plus(x) if isinstance(x, int) else Unknown("arithmetic on sizes")
    return x + y if isinstance(x, int) and isinstance(y, int) else Unknown("arithmetic on sizes")


@lowers("_operator.mul")
def lower_size_mul(b: Builder, x: Abstract, y: Abstract) -> Abstract:
    """A small multiple of a size, as of edges taken in both directions."""
    if isinstance(x, int) and isinstance(y, int):
        return x * y
    times, size = (x, y) if isinstance(x, int) else (y, x)
    if not isinstance(times, int) or not isinstance(size, Extent) or not 0 < times <= MAX_TIMES:
        return Unknown("arithmetic on sizes")
    return Extent(tuple(sorted(size.spaces * times)), size.constant * times)


MAX_TIMES = 8
"""How often a space may be repeated."""


@lowers(
    "_operator.sub",
    "_operator.floordiv",
    "_operator.mod",
    "_operator.neg",
    "_operator.truediv",
    "_operator.pow",
    "math.ceil",
    "math.floor",
    "torch.sym_max",
    "torch.sym_min",
    "torch.sym_float",
    "torch.sym_ite",
)
def lower_size_arithmetic(b: Builder, *sizes: Abstract) -> Abstract:
    """Sizes that no index space has; an error only where one is used."""
    return Unknown("arithmetic on sizes")


@lowers(
    "_operator.ge",
    "_operator.gt",
    "_operator.le",
    "_operator.lt",
    "_operator.eq",
    "_operator.ne",
    "_operator.and_",
    "_operator.or_",
    "torch.sym_not",
)
def lower_condition(b: Builder, *sizes: Abstract) -> Abstract:
    """Conditions on sizes: torch.export asserts them, nothing else reads them."""
    return Unknown("a condition on sizes")


@lowers(
    "aten._assert_scalar.default",
    "aten._assert_async.msg",
    "aten._assert_async.default",
    "aten._assert_tensor_metadata.default",
    "aten.sym_constrain_range.default",
    "aten.sym_constrain_range_for_size.default",
)
def lower_assertion(b: Builder, *args: Abstract, **kwargs: Abstract) -> Abstract:
    """Run-time assertions of torch.export; the receiver of packets checks the same."""
    return None


@lowers("aten.item.default", "aten._local_scalar_dense.default")
def lower_item(b: Builder, x: Abstract) -> Abstract:
    """int(tensor), of the largest index only."""
    if isinstance(x, Largest):
        return x
    raise LoweringError(
        "turns a computed number into a Python number",
        "keep it a tensor, or pass sizes (x.size(0), num_nodes, batch size) as such",
    )


def largest(b: Builder, x: Abstract) -> Abstract:
    """The largest entry of an index map: batch.max(), or 0 where all rows are in one graph.

    One more than that is the number of rows of the space that the map points into, if the user
    says so or the data says nothing else about that space.
    """
    if isinstance(x, Full):
        return Largest("graphs") if not x.data.any() else Unknown("the largest constant")
    if isinstance(x, Rowed) and x.is_map:
        is_declared = b.keys.get(x.value.name) in b.declared
        if is_declared or is_counted(b, str(x.value.target)):
            return Largest(str(x.value.target))
    raise LoweringError(
        "takes the largest index as a size: isolated nodes at the end would be lost",
        "pass the number of nodes: size=(n, n) to propagate, dim_size=n to scatter, num_nodes=n\n"
        "    or, if the entries do not point at nodes, declare at what: gengnn.export(..., "
        'spaces={"hyperedge_index.1": "hyperedges"})',
    )


def is_counted(b: Builder, space: str) -> bool:
    """Whether a space has no rows of its own in the data: they are counted by a map into it."""
    if space == "graphs":
        return True
    inputs = [value for value in b.inputs if value.kind is not Kind.ROWS]
    lives = any(value.space == space for value in inputs)
    return b.spaces[space].kind == "input" and not lives
