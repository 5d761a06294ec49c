"""From a model file to a float graph: `load`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gengnn.errors import UnsupportedModelError
from gengnn.frontend.aliases import Aliases
from gengnn.frontend.archive import open_archive
from gengnn.frontend.aten import LOWERINGS
from gengnn.frontend.builder import Builder, describe
from gengnn.frontend.failures import Failure, no_kernel, report
from gengnn.frontend.folding import fold
from gengnn.frontend.inputs import add_inputs, is_batched
from gengnn.frontend.names import identifier, name_nodes
from gengnn.frontend.program import Call, Program, Ref, Unknown, read_program, used_weights
from gengnn.ir import Graph, Kind, Node, Value
from gengnn.ops.lowering import (
    Abstract,
    Aim,
    Aimed,
    Const,
    Full,
    LoweringError,
    Rowed,
    Stack,
)

PLACEMENT = frozenset(
    ["device", "layout", "pin_memory", "memory_format", "non_blocking", "copy", "generator"]
)
"""Keyword arguments about where and how a tensor is stored; they change no number."""

ON_SIZES = ("_operator.", "math.", "torch.sym_", "aten._assert", "aten.sym_constrain")
"""Prefixes of calls on sizes, which may be sizes that no index space has."""

ODD_ARGUMENTS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError),
    *(RuntimeError, TypeError, ValueError),
)
"""What a lowering meets when a call is not what ATen's schema says."""


def load(path: str | Path) -> Graph:
    """Read the model file at `path` as a float graph.

    Raises:
        ModelFileError: the file is not a usable torch.export archive, or holds NaN weights.
        UnsupportedModelError: it holds operations without a lowering; the message lists all.
    """
    archive = open_archive(Path(path))
    return import_program(read_program(archive), archive.path.name)


@dataclass(frozen=True)
class Lost:
    """The result of a call that failed."""


def import_program(program: Program, name: str) -> Graph:
    """Lower every call of a program.

    What integers point into shows in their use: a use that tells something new ends the attempt,
    and the next one knows it from the start.

    Raises:
        ModelFileError: a weight is NaN or infinite.
        UnsupportedModelError: calls without a lowering; the message lists all of them.
    """
    aims: dict[str, Aim] = {}
    while True:
        try:
            return _attempt(program, name, aims)
        except Aimed as told:
            if told.key.startswith("="):  # spaces have other names now
                aims = {key: aim for key, aim in aims.items() if key.startswith("=")}
            aims[told.key] = told.aim


def _attempt(program: Program, name: str, aims: Mapping[str, Aim]) -> Graph:
    """Lower every call, with what is known of the arguments so far."""
    builder = Builder(is_batched(program), aims)
    builder.declared = frozenset(program.spaces)
    env: dict[str, Abstract] = dict(program.constants)
    for key, weight in used_weights(program).items():
        env[key] = Const(weight.data, weight.name)
    failures: list[Failure] = []
    try:
        env |= add_inputs(builder, program, aims)
    except LoweringError as error:
        raise UnsupportedModelError(report(name, [Failure.of(error, "input")])) from error
    aliases = Aliases()
    for call in program.calls:
        try:
            results = _run(builder, call, env, aliases)
        except LoweringError as error:
            failures.append(Failure.of(error, call.target, call.source))
            results = [Lost()] * len(call.results)
        env.update(zip(call.results, results, strict=False))
        aliases.follow(call, lambda old, new: env.update({old: env.get(new)}))
    outputs: list[Value] = []
    for position, ref in enumerate(program.outputs):
        try:
            outputs.append(_output(builder, _read(ref, env, aliases)))
        except LoweringError as error:
            failures.append(Failure.of(error, f"output {position}"))
    if failures:
        raise UnsupportedModelError(report(name, failures))
    for value in builder.inputs:
        if value.target and value.target.startswith("?"):  # never followed
            raise Aimed(value.target[1:], Aim(""))
    return _finish(builder, program, outputs)


def _run(
    builder: Builder, call: Call, env: Mapping[str, Abstract], aliases: Aliases
) -> list[Abstract]:
    """The results of one call, one per name it binds."""
    args = [_read(arg, env, aliases) for arg in call.args]
    told = {key: arg for key, arg in call.kwargs.items() if key not in PLACEMENT}
    kwargs = {key: _read(arg, env, aliases) for key, arg in told.items()}
    given = list(_leaves([*args, *kwargs.values()]))
    if any(isinstance(x, Lost) for x in given):
        if call.target.startswith(("aten.", "higher_order.")) and call.target not in LOWERINGS:
            raise no_kernel(call.target)  # no kernel, whatever comes in
        return [Lost()] * len(call.results)
    builder.source, builder.dtype = call.source, call.dtype
    try:
        result = fold(call.target, args, kwargs)
        if result is None:
            result = _lower(builder, call, args, kwargs, given)
    except ODD_ARGUMENTS as error:
        raise LoweringError(f"its arguments are not understood: {error}") from error
    return list(result) if isinstance(result, (list, tuple)) else [result]


def _lower(
    builder: Builder, call: Call, args: list[Any], kwargs: dict[str, Any], given: list[Any]
) -> Abstract:
    lowering = LOWERINGS.get(call.target)
    if lowering is None:
        raise no_kernel(call.target)
    unknown = [x for x in given if isinstance(x, Unknown)]
    if unknown and not call.target.startswith(ON_SIZES):
        raise LoweringError(f"depends on {unknown[0].what}")
    return lowering(builder, *args, **kwargs)


def _read(arg: Any, env: Mapping[str, Abstract], aliases: Aliases) -> Abstract:
    """An argument with its names replaced by what they stand for."""
    if isinstance(arg, Ref):
        aliases.check(arg.name)
        return env.get(arg.name, Unknown(f"{arg.name}, which nothing makes"))
    if isinstance(arg, list):
        return [_read(entry, env, aliases) for entry in arg]
    return arg


def _leaves(args: Any) -> list[Any]:
    if isinstance(args, (list, tuple)):
        return [x for entry in args for x in _leaves(entry)]
    return [args]


def _output(builder: Builder, x: Abstract) -> Value:
    """The value of a result of the model."""
    if isinstance(x, Lost):
        return Value("", "")
    if not isinstance(x, (Rowed, Stack, Full)):
        raise LoweringError(f"got {describe(x)}, expected a tensor with rows")
    joined = builder.rowed(x)
    if joined.axis not in {0, None}:
        raise LoweringError(
            f"got rows in dimension {joined.axis}, expected them first",
            "return tensors [rows, features]: x.t(), or the two rows of edge_index one by one",
        )
    if joined.value.space in builder.unordered:
        raise LoweringError(
            "the rows that a top-k pooling keeps come in another order",
            "return what is pooled from them: global_add_pool, global_mean_pool, global_max_pool",
        )
    return builder.spread(joined).value


def _finish(builder: Builder, program: Program, outputs: list[Value]) -> Graph:
    """The verified graph with its final names."""
    taken = {value.name for value in builder.inputs}
    names = name_nodes(builder.nodes, program.modules, taken)
    for value, key in zip(outputs, program.output_names, strict=True):
        if key and value.name in names and identifier(key) not in {*names.values(), *taken}:
            names[value.name] = identifier(key)
    told = names | {name: name for name in taken}
    bounds = _bounds(builder)
    nodes = tuple(_renamed(node, told, bounds) for node in builder.nodes)
    params = {_key(key, told): param for key, param in builder.params.items()}
    inputs = tuple(replace(v, bound=bounds.get(v.name, v.bound)) for v in builder.inputs)
    final = tuple(told[value.name] for value in outputs)
    return Graph(builder.spaces, inputs, nodes, final, params).verify()


def _bounds(builder: Builder) -> dict[str, int]:
    """Limits of categorical integers, carried back from embeddings to inputs.

    An input of several columns has the largest limit of its columns.
    """
    bounds = dict(builder.bounds)
    kinds = {value.name: value.kind for value in builder.inputs}
    kinds |= {node.name: node.output.kind for node in builder.nodes}
    for node in reversed(builder.nodes):
        rows = bounds.get(node.name)
        source = node.inputs[0]
        if rows is not None and kinds.get(source) is Kind.INDEX and node.output.target is None:
            bounds[source] = max(rows, bounds.get(source, 0))
    return bounds


def _renamed(node: Node, names: Mapping[str, str], bounds: Mapping[str, int]) -> Node:
    bound = bounds.get(node.name, node.output.bound)
    return replace(
        node,
        inputs=tuple(names[name] for name in node.inputs),
        output=replace(node.output, name=names[node.name], bound=bound),
        params={role: _key(key, names) for role, key in node.params.items()},
    )


def _key(key: str, names: Mapping[str, str]) -> str:
    """The name of a parameter: the model's, or node and role for a computed one."""
    node, _, role = key.rpartition(".")
    return f"{names[node]}.{role}" if key.startswith("%") else key
