"""The forward arguments: which index space the rows of each one are."""

from __future__ import annotations

from gengnn.frontend.builder import Builder
from gengnn.frontend.names import identifier
from gengnn.frontend.program import Program, TensorType
from gengnn.ir import Kind, Value
from gengnn.ops.lowering import Abstract, LoweringError, Stack

ENDS = ("src", "dst")
"""The inputs that stand for the two rows of `edge_index`."""

RESERVED = {*ENDS, "rows_nodes", "rows_edges", "rows_graphs"}
"""Input names with a meaning of their own."""

DYNAMIC = "export with open node and edge counts, as gengnn.export(model, example, path) does"


def is_batched(program: Program) -> bool:
    """Whether the model takes the graph of each node."""
    return any(_is_batch(name, told) for name, told in program.inputs)


def add_inputs(builder: Builder, program: Program) -> dict[str, Abstract]:
    """Declare every forward argument of the model.

    `edge_index` becomes the two maps "src" and "dst". The rows of another argument are those of
    an earlier one with the same symbolic size, else the space follows from the name.

    Raises:
        LoweringError: an argument is none of those that a graph can bring.
    """
    inputs = dict(program.inputs)
    env: dict[str, Abstract] = {}
    spaces: dict[str, str] = {}
    pair = _edge_index(inputs)
    if pair is not None:
        spaces[_symbol(pair, inputs[pair], 1)] = "edges"
    taken = set(RESERVED)
    for name, told in inputs.items():
        if name == pair:
            ends = (Value(end, "edges", (), Kind.INDEX, "nodes") for end in ENDS)
            env[name] = Stack(tuple(builder.add_input(end) for end in ends), 0)
            continue
        value = _value(builder, spaces, name, told)
        if value.name in taken:
            raise LoweringError(f"the forward argument {name}: the name is taken, choose another")
        taken.add(value.name)
        env[name] = builder.add_input(value)
    return env


def _edge_index(inputs: dict[str, TensorType]) -> str | None:
    """The argument that holds the edges: called edge_index, or the only int64 [2, E]."""
    pairs = [name for name, told in inputs.items() if _is_pair(told)]
    if "edge_index" in pairs:
        pairs = ["edge_index"]
    if len(pairs) > 1:
        raise LoweringError(f"the forward arguments {', '.join(pairs)}: several lists of edges")
    return pairs[0] if pairs else None


def _is_pair(told: TensorType) -> bool:
    if told.dtype.is_float or not told.sizes:
        return False
    return told.sizes[0] == len(ENDS) and len(told.sizes) == len(ENDS)


def _value(builder: Builder, spaces: dict[str, str], name: str, told: TensorType) -> Value:
    """The input value of an argument [rows, ...]."""
    dims = tuple(size for size in told.sizes[1:] if isinstance(size, int))
    if not told.sizes or len(dims) + 1 != len(told.sizes):
        raise LoweringError(
            f"the forward argument {name} {_shape(told)}: expected rows, then fixed sizes", DYNAMIC
        )
    space = _by_name(name)
    if told.sizes[0] != 1 or builder.is_batched or space != "graphs":
        space = spaces.setdefault(_symbol(name, told, 0), space)
    target = "graphs" if _is_batch(name, told) else None
    integers = Kind.MASK if told.dtype.name == "bool" else Kind.INDEX
    kind = Kind.REAL if told.dtype.is_float else integers
    return Value(identifier(name), space, dims, kind, target)


def _symbol(name: str, told: TensorType, dim: int) -> str:
    """The symbol of a dimension that must vary from graph to graph."""
    size = told.sizes[dim]
    if isinstance(size, int):
        raise LoweringError(
            f"the forward argument {name} {_shape(told)}: dimension {dim} is fixed at {size}",
            DYNAMIC,
        )
    return size


def _shape(told: TensorType) -> str:
    return f"[{', '.join(str(s) if isinstance(s, int) else '?' for s in told.sizes)}]"


def _is_batch(name: str, told: TensorType) -> bool:
    is_map = not told.dtype.is_float and len(told.sizes) == 1
    return is_map and name.rsplit("_", maxsplit=1)[-1] == "batch"


def _by_name(name: str) -> str:
    """PyG's naming: edge_* belong to edges, graph_*, global_* and u to graphs, others to nodes."""
    if "edge" in name:
        return "edges"
    is_graph = name == "u" or name.startswith(("graph", "global"))
    return "graphs" if is_graph else "nodes"
