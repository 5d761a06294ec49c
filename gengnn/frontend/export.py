"""From a trained model to a model file: `export`."""

from __future__ import annotations

import builtins
import inspect
import logging
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch_geometric.data import Data

from gengnn.errors import ConfigError, UnsupportedModelError
from gengnn.frontend.sources import is_library
from gengnn.frontend.unpack import attributes, takes_data, unpacked

SIZED = ("torch_geometric.utils", "torch_geometric.nn")
"""Packages whose modules turn `index.max()` into a number of rows with int()."""

MIN_ROWS = 2
"""Rows that every dimension of the traced example has: torch takes 0 and 1 as constants."""


def export(
    model: nn.Module, example: Data | tuple[Any, ...], path: str | Path = "model.pt"
) -> Path:
    """Write `model` as a model file that `gengnn.build` reads.

    Node, edge and graph counts are left open. The example is stored too and serves as
    calibration data when no other is given.

    Args:
        model: a trained module; it is exported in evaluation mode and left as it was.
        example: a PyG Data, whose attributes are matched with the arguments of `forward` by
            name, or a tuple of the arguments. A model whose forward takes the Data itself gets
            the attributes that it reads.
        path: the file to write.

    Raises:
        ConfigError: the example lacks an argument of `forward`, or the file cannot be written.
        UnsupportedModelError: torch.export cannot follow the model.
    """
    with _evaluating(model):
        program = _trace_data(model, example) if takes_data(model, example) else None
        return _save(program or _trace(model, _arguments(model, example)), Path(path))


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
    traced = {name: _roomy(name, value) for name, value in args.items()}
    sizes = tuple(_open_sizes(name, x) for name, x in traced.items())
    with _symbolic_sizes(model), _quiet():
        try:
            program = torch.export.export(
                model, tuple(traced.values()), dynamic_shapes=sizes, strict=False
            )
        except Exception as error:  # torch.export raises whatever the model's code raises
            raise UnsupportedModelError(_reason(model, error)) from error
    program.example_inputs = (tuple(args.values()), {})
    return program


def _arguments(model: nn.Module, example: Data | tuple[Any, ...]) -> dict[str, Any]:
    """The arguments of `forward` by name, in order; None for those left at their default."""
    signature = inspect.signature(model.forward)
    if isinstance(example, tuple):
        try:
            return dict(signature.bind(*example).arguments)
        except TypeError as error:
            raise ConfigError(
                f"the example does not fit {type(model).__name__}.forward{signature}: {error}"
            ) from error
    args: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        value = getattr(example, name, None)
        if value is None and name == "batch" and example.num_nodes:
            value = torch.zeros(example.num_nodes, dtype=torch.int64)  # one graph
        if value is None and parameter.default is inspect.Parameter.empty:
            raise ConfigError(
                f"{type(model).__name__}.forward takes {name}, which the example does not have\n"
                f"  the example has {', '.join(map(str, example.keys()))}\n"
                "  name the arguments of forward as the attributes, or pass a tuple of arguments"
            )
        args[name] = parameter.default if value is None else value
    while args and list(args.values())[-1] is None:
        args.popitem()
    return args


def _row_dim(name: str, x: Tensor) -> int:
    """The dimension of a forward argument that varies."""
    return 1 if name == "edge_index" or (name.endswith("_index") and x.shape[:1] == (2,)) else 0


def _roomy(name: str, x: Any) -> Any:
    """An argument with at least MIN_ROWS rows; what is in them does not matter to a trace."""
    if not isinstance(x, Tensor) or x.dim() == 0:
        return x
    dim = _row_dim(name, x)
    if x.shape[dim] >= MIN_ROWS or not _varies(name, x):
        return x
    shape = list(x.shape)
    shape[dim] = MIN_ROWS
    return x.new_zeros(shape)


def _varies(name: str, x: Tensor) -> bool:
    """Whether an argument has rows: all tensors but features of the one graph, [1, F]."""
    is_global = name == "u" or name.startswith(("graph", "global"))
    return not (is_global and x.shape[0] == 1)


def _open_sizes(name: str, x: Any) -> dict[int, Any] | None:
    """The dynamic dimension of an argument."""
    if not isinstance(x, Tensor) or x.dim() == 0 or not _varies(name, x):
        return None
    return {_row_dim(name, x): Dim.AUTO}


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


class _IsInt(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, builtins.int)


class _SizeInt(builtins.int, metaclass=_IsInt):
    """int() that keeps a tensor's number symbolic, so that int(batch.max()) + 1 is a size."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], Tensor):
            size = args[0].item()
            torch._check(size >= 0)  # type: ignore[no-untyped-call]
            return size
        return builtins.int(*args, **kwargs)


@contextmanager
def _symbolic_sizes(model: nn.Module) -> Iterator[None]:
    """Give the modules that compute sizes from tensors an int() that torch.export can follow.

    `int(tensor)` must return a Python int, which a traced tensor has none of; PyG's pools call it
    for the number of graphs.
    """
    own = {type(module).__module__ for module in model.modules()}
    names = [name for name in sys.modules if name.startswith(SIZED) or name in own]
    scopes = [vars(sys.modules[name]) for name in names if not name.startswith("torch.")]
    patched = [scope for scope in scopes if "int" not in scope]
    for scope in patched:
        scope["int"] = _SizeInt
    try:
        yield
    finally:
        for scope in patched:
            del scope["int"]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of torch.export about its own insides, and its graph dumps."""
    loggers = [logging.getLogger(name) for name in ("torch.fx", "torch.export", "torch._export")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def _reason(model: nn.Module, error: Exception) -> str:
    first = str(error).strip().split("\n", maxsplit=1)[0]
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not is_library(f.filename) and f.filename != __file__]
    where = f" in {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return (
        f"torch.export cannot follow {type(model).__name__}{where}\n"
        f"  {type(error).__name__}: {first}\n"
        "  forward must be tensor arithmetic on its arguments: no branches on computed values, no\n"
        "  numpy, no .tolist()"
    )


def _save(program: ExportedProgram, path: Path) -> Path:
    """Write the archive beside `path` and move it there when it is complete."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}", suffix=".pt2")
        os.close(handle)
        try:
            torch.export.save(program, name)
            Path(name).replace(path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"cannot write {path}: {error}") from error
    return path
