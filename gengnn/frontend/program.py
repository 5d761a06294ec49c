"""The graph of an archive as typed calls: JSON in, frozen dataclasses out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gengnn.errors import ModelFileError
from gengnn.frontend.archive import DTYPES, Archive, read_tensors, refuse
from gengnn.frontend.signature import leaf_paths
from gengnn.frontend.sources import source_of
from gengnn.ir import KeyPath, Source

MAX_CALLS = 200_000
"""Calls in one graph: hundreds of layers have some thousands."""


DECLARED = "gengnn.json"
"""The extra file of an archive that holds what `gengnn.export` was told of its arguments."""


@dataclass(frozen=True)
class Ref:
    """A value made by an earlier call or given to the program."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """An argument that no lowering understands (a subgraph, a custom object, a size product)."""

    what: str


@dataclass(frozen=True)
class DType:
    """A torch dtype as an argument."""

    name: str

    @property
    def is_float(self) -> bool:
        """float16, float32, float64 or bfloat16."""
        return "float" in self.name


@dataclass(frozen=True)
class TensorType:
    """What the program says of a tensor: sizes are integers, or the text of an expression.

    The text is only ever compared with other texts; nothing evaluates it.
    """

    dtype: DType
    sizes: tuple[int | str, ...]


@dataclass(frozen=True)
class Input:
    """A tensor, or a row count, among the forward arguments.

    `name` is what calls use; `path` is the argument and the keys that lead to it, e.g.
    ("x_dict", "author"). A row count has no `type`: its value is the size `count`.
    """

    name: str
    path: KeyPath
    type: TensorType | None
    count: str = ""


@dataclass(frozen=True)
class Weight:
    """A parameter, buffer or constant tensor of the model."""

    name: str
    data: NDArray[Any]


@dataclass(frozen=True)
class Call:
    """One call of an ATen operator; arguments are literals, `Ref`s and lists of them."""

    target: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    results: tuple[str, ...]
    source: Source
    dtype: str


@dataclass(frozen=True)
class Program:
    """An exported model: `inputs` in forward order, `weights` by the name calls use for them.

    `spaces` has what was declared of index arguments: by the name of an argument (or `name.0` and
    `name.1`, the rows of an index [2, E]) the space it points into, or how many values it has.
    """

    inputs: tuple[Input, ...]
    constants: Mapping[str, Any]
    weights: Mapping[str, Weight]
    calls: tuple[Call, ...]
    outputs: tuple[Any, ...]
    output_names: tuple[str, ...]
    modules: frozenset[str]
    spaces: Mapping[str, str | int] = field(default_factory=dict)


def read_program(archive: Archive) -> Program:
    """Decode the graph of an archive.

    Raises:
        ModelFileError: the JSON is not what torch.export writes.
    """
    model = archive.text("models/model.json")
    try:
        return _program(archive, model["graph_module"])
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        schema = model.get("schema_version") if isinstance(model, dict) else None
        refuse(
            archive.path,
            f"models/model.json (schema {schema}) is damaged or of an unknown version: {error!r}",
        )


def _program(archive: Archive, module: dict[str, Any]) -> Program:
    graph, signature = module["graph"], module["signature"]
    if len(graph["nodes"]) > MAX_CALLS:
        raise ValueError(f"{len(graph['nodes'])} calls, the limit is {MAX_CALLS}")
    types = {name: _tensor_type(meta) for name, meta in graph["tensor_values"].items()}
    counts = {name: _size(size) for name, size in graph.get("sym_int_values", {}).items()}
    entries = module.get("module_call_graph") or []
    paths = leaf_paths(entries)
    inputs, constants, weights = _inputs(archive, signature["input_specs"], types, counts, paths)
    outputs = [
        spec["user_output"]["arg"] for spec in signature["output_specs"] if "user_output" in spec
    ]
    return Program(
        inputs,
        constants,
        weights,
        tuple(_call(node, types) for node in graph["nodes"]),
        tuple(_argument(arg) for arg in outputs),
        _output_names(entries, len(outputs)),
        frozenset(str(entry["fqn"]) for entry in entries),
        _spaces(archive),
    )


def _spaces(archive: Archive) -> dict[str, str | int]:
    """What the archive declares of its index arguments; nothing where gengnn did not write it."""
    member = f"extra/{DECLARED}"
    told = archive.text(member)["spaces"] if member in archive.members else {}
    if not all(isinstance(entry, (str, int)) for entry in told.values()):
        raise TypeError(f"{member} declares other spaces than names and numbers")
    return {str(key): entry for key, entry in told.items()}


def _inputs(
    archive: Archive,
    specs: list[dict[str, Any]],
    types: Mapping[str, TensorType],
    counts: Mapping[str, int | str],
    paths: Sequence[KeyPath],
) -> tuple[tuple[Input, ...], dict[str, Any], dict[str, Weight]]:
    """User tensors and row counts, user constants and weights, told apart by the signature."""
    tensors = read_tensors(archive, "constants") | read_tensors(archive, "weights")
    inputs: list[Input] = []
    constants: dict[str, Any] = {}
    weights: dict[str, Weight] = {}
    leaves = iter(paths)
    for spec in specs:
        ((kind, told),) = spec.items()
        if kind == "user_input":
            path, arg = next(leaves, ()), _argument(told["arg"])
            if isinstance(arg, Ref):
                found = _input(arg.name, path or (arg.name,), types, counts)
                constants |= {} if found else {arg.name: Unknown("a number as an argument")}
                inputs += [found] if found else []
        elif kind == "constant_input":
            next(leaves, ())
            constants[told["name"]] = _argument(told["value"])
        elif kind in _WEIGHTS:
            name = told[_WEIGHTS[kind]]
            weights[told["arg"]["name"]] = Weight(name, _stored(archive, tensors, name))
        else:
            constants[told["arg"]["name"]] = Unknown(f"a {kind}")
    return tuple(inputs), constants, weights


def _input(
    name: str, path: KeyPath, types: Mapping[str, TensorType], counts: Mapping[str, int | str]
) -> Input | None:
    """A tensor or an open size; None for other numbers."""
    if name in types:
        return Input(name, path, types[name])
    size = counts.get(name)
    return Input(name, path, None, size) if isinstance(size, str) else None


_WEIGHTS = {
    "parameter": "parameter_name",
    "buffer": "buffer_name",
    "tensor_constant": "tensor_constant_name",
}


def _stored(archive: Archive, tensors: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    if name not in tensors:
        refuse(archive.path, f"the weight {name} is missing from the archive")
    return tensors[name]


def _tensor_type(meta: dict[str, Any]) -> TensorType:
    return TensorType(_dtype(meta["dtype"]), tuple(_size(size) for size in meta["sizes"]))


def _dtype(number: int) -> DType:
    dtype = DTYPES.get(number)
    return DType(str(dtype).removeprefix("torch.") if dtype else f"dtype {number}")


def _size(size: dict[str, Any]) -> int | str:
    """A number, or the text of an expression; of a symbol, just its name."""
    if "as_int" in size:
        return int(size["as_int"])
    text = str(size["as_expr"]["expr_str"])
    symbol = _SYMBOL.fullmatch(text)
    return symbol[1] if symbol else text


_SYMBOL = re.compile(r"Symbol\('(\w+)'(?:, \w+=True)*\)")


def _call(node: dict[str, Any], types: Mapping[str, TensorType]) -> Call:
    args = [entry for entry in node["inputs"] if entry.get("kind") != _KEYWORD]
    named = [entry for entry in node["inputs"] if entry.get("kind") == _KEYWORD]
    results = tuple(name for result in node["outputs"] for name in _result_names(result))
    known = [types[name].dtype.name for name in results if name in types]
    return Call(
        str(node["target"]).removeprefix("torch.ops."),
        tuple(_argument(entry["arg"]) for entry in args),
        {str(entry["name"]): _argument(entry["arg"]) for entry in named},
        results,
        source_of(node.get("metadata") or {}),
        known[0] if known else "",
    )


_KEYWORD = 2
"""`ArgumentKind.KEYWORD`."""


def _result_names(result: dict[str, Any]) -> Iterator[str]:
    """The names a call binds; a result that is a list binds each of its entries."""
    ((kind, told),) = result.items()
    if kind == "as_tensors":
        yield from (str(entry["name"]) for entry in told)
    elif kind == "as_tensor":
        yield str(told["name"])
    elif kind.startswith("as_sym_") and "as_name" in told:
        yield str(told["as_name"])
    else:
        yield ""


def _argument(arg: dict[str, Any]) -> Any:
    """One argument: a literal, a Ref, a DType, a list of those, or Unknown."""
    ((kind, told),) = arg.items()
    decode = _DECODE.get(kind)
    return decode(told) if decode else Unknown(kind.removeprefix("as_"))


def _symbolic(told: dict[str, Any]) -> Any:
    """A size (or truth value): the name of what computes it, or a literal."""
    ((kind, value),) = told.items()
    return Ref(str(value)) if kind == "as_name" else _number(value)


def _number(told: Any) -> Any:
    """A literal; JSON has no infinities, torch spells them as words."""
    if isinstance(told, str):
        return float(told) if told in {"Infinity", "-Infinity", "NaN"} else told
    if not isinstance(told, (bool, int, float)):
        raise TypeError(f"expected a number, got {type(told).__name__}")
    return told


def _many(decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda told: [decode(entry) for entry in told]


def _tensor(told: dict[str, Any]) -> Ref:
    return Ref(str(told["name"]))


_DECODE: dict[str, Callable[[Any], Any]] = {
    "as_none": lambda _: None,
    "as_tensor": _tensor,
    "as_tensors": _many(_tensor),
    "as_optional_tensor": _argument,
    "as_optional_tensors": _many(_argument),
    "as_int": _number,
    "as_ints": _many(_number),
    "as_float": _number,
    "as_floats": _many(_number),
    "as_bool": _number,
    "as_bools": _many(_number),
    "as_string": str,
    "as_sym_int": _symbolic,
    "as_sym_ints": _many(_symbolic),
    "as_sym_float": _symbolic,
    "as_sym_bool": _symbolic,
    "as_scalar_type": _dtype,
    "as_device": lambda _: None,
    "as_layout": lambda _: None,
    "as_memory_format": lambda _: None,
}


def _output_names(entries: list[dict[str, Any]], count: int) -> tuple[str, ...]:
    """The keys of a dict that the model returns; otherwise empty names."""
    for entry in entries:
        if entry["fqn"] == "" and entry.get("signature"):
            spec = json.loads(entry["signature"].get("out_spec") or "[1, {}]")[1]
            if spec.get("type") == "builtins.dict":
                keys = json.loads(spec["context"])
                if len(keys) == count and all(isinstance(key, str) for key in keys):
                    return tuple(keys)
    return ("",) * count


def used_weights(program: Program) -> dict[str, Weight]:
    """The weights that some call reads, checked to be finite.

    Raises:
        ModelFileError: a value is NaN or infinite.
    """
    names = {
        ref.name for call in program.calls for ref in refs((*call.args, *call.kwargs.values()))
    }
    return {key: _finite(weight) for key, weight in program.weights.items() if key in names}


def refs(args: Any) -> Iterator[Ref]:
    """Every Ref among nested arguments."""
    if isinstance(args, Ref):
        yield args
    elif isinstance(args, (list, tuple)):
        for entry in args:
            yield from refs(entry)


def _finite(weight: Weight) -> Weight:
    bad = int(np.count_nonzero(~np.isfinite(weight.data)))
    if bad:
        raise ModelFileError(
            f"the weight {weight.name} {list(weight.data.shape)} holds {bad} values that are NaN "
            "or infinite\n"
            "  got a diverged or unfinished training, expected finite numbers\n"
            "  train again (a lower learning rate, gradient clipping) and export the new weights"
        )
    return weight
