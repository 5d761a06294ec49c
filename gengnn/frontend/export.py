"""From a trained model to a model file: `export`."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.export import ExportedProgram

from gengnn.errors import ConfigError
from gengnn.frontend.arguments import Example, arguments, open_sizes, roomy
from gengnn.frontend.program import DECLARED
from gengnn.frontend.tracing import trace
from gengnn.frontend.unpack import attributes, takes_data, unpacked


def export(
    model: nn.Module,
    example: Example,
    path: str | Path = "model.pt",
    *,
    spaces: Mapping[str, str | int] | None = None,
) -> Path:
    """Write `model` as a model file that `gengnn.build` reads.

    Node, edge and graph counts are left open. The example is stored too and serves as
    calibration data when no other is given.

    Args:
        model: a trained module; it is exported in evaluation mode and left as it was.
        example: a PyG Data, whose attributes are matched with the arguments of `forward` by
            name; a HeteroData, matched as `x_dict` or `x` and so on; or a tuple of the arguments,
            which may hold tuples, lists and dictionaries of tensors. A model whose forward takes
            the Data itself gets the attributes that it reads.
        path: the file to write.
        spaces: what the entries of integer arguments count, where names do not tell: by the name
            of an argument (or `name.0`, `name.1`: a row of an index [2, E]) the name of what it
            points at, e.g. {"hyperedge_index.1": "hyperedges"}, or how many values it has, e.g.
            {"edge_type": 3}. The name of another argument means the rows of that argument. The
            largest entry plus one counts as the number of rows that are pointed at.

    Raises:
        ConfigError: the example lacks an argument of `forward`, `spaces` names none, or the file
            cannot be written.
        UnsupportedModelError: torch.export cannot follow the model.
    """
    with _evaluating(model):
        program = _trace_data(model, example) if takes_data(model, example) else None
        program = program or _trace(model, arguments(model, example))
        return _save(program, Path(path), _declared(program, spaces or {}))


def _trace_data(model: nn.Module, example: Any) -> ExportedProgram:
    """Trace a model of a whole Data with those attributes as arguments that it reads."""
    names = attributes(example)
    for _ in range(2):
        with unpacked(model, names):
            program = _trace(model, {name: example[name] for name in names})
        read = {
            node.name for node in program.graph.nodes if node.op == "placeholder" and node.users
        }
        if read.issuperset(names):
            break
        names = [name for name in names if name in read]
    return program


def _trace(model: nn.Module, args: Mapping[str, Any]) -> ExportedProgram:
    """torch.export with open row counts, holding `args` as its example."""
    traced = {name: roomy((name,), value) for name, value in args.items()}
    sizes = tuple(open_sizes((name,), x) for name, x in traced.items())
    program = trace(model, tuple(traced.values()), sizes)
    program.example_inputs = (tuple(args.values()), {})
    return program


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, and each module's own mode afterwards."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def _declared(program: ExportedProgram, spaces: Mapping[str, str | int]) -> str:
    """The JSON that the archive keeps of `spaces`."""
    known = [str(name) for name in program.graph_signature.user_inputs]
    for key, told in spaces.items():
        name, _, row = key.partition(".")
        if name not in known or row not in {"", "0", "1"}:
            raise ConfigError(
                f"spaces names {key!r}, which is no argument of forward\n"
                f"  the arguments are {', '.join(known)}; write NAME.0 or NAME.1 for a row of an "
                "index [2, E]"
            )
        if not (isinstance(told, str) and told.isidentifier()) and not _is_count(told):
            raise ConfigError(
                f"spaces[{key!r}] is {told!r}\n"
                "  expected the name of what the entries point at, or a number above all of them"
            )
    return json.dumps({"spaces": dict(spaces)})


def _is_count(told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and told > 0


def _save(program: ExportedProgram, path: Path, declared: str) -> Path:
    """Write the archive beside `path` and move it there when it is complete."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}", suffix=".pt2")
        os.close(handle)
        try:
            torch.export.save(program, name, extra_files={DECLARED: declared})
            Path(name).replace(path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"cannot write {path}: {error}") from error
    return path
