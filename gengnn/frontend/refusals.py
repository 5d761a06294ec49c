"""What can be traced by no means: noted with the user's line, so that all of it is told at once."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor
from torch._subclasses.functional_tensor import FunctionalTensor
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode, ShapeEnv
from torch.utils._sympy.symbol import SymT, symbol_is_type

from gengnn.frontend.classes import REFUSED, Refusal
from gengnn.frontend.failures import Failure
from gengnn.frontend.sources import is_library
from gengnn.ir import Source

ENTRY = str(Path(__file__).with_name("export.py"))
"""Where tracing starts."""

OWN = frozenset(map(str, Path(__file__).parent.glob("*.py")))
"""The code that traces."""

TORCH = str(Path(torch.__file__).parent)
"""Where torch's own code is."""

GUARDING = (f"{TORCH}/fx", f"{TORCH}/__init__.py", f"{TORCH}/_export", f"{TORCH}/utils")
"""The code of torch that decides about guards, not that which asks."""


TRACED = (FakeTensor, FunctionalTensor)
"""Tensors without numbers."""


class Refused:
    """Collects failures while a model is traced; whatever is refused gets a stand-in."""

    def __init__(self, model: nn.Module) -> None:
        self.modules = list(model.modules())
        self.paths = {id(module): path for path, module in model.named_modules()}
        self.failures: list[Failure] = []

    def note(self, target: str, reason: str, advice: str, module: nn.Module | None = None) -> None:
        """Add a failure at the line of the user's code that is being run."""
        source = where(traceback.extract_stack(), self.paths.get(id(module), ""))
        self.failures.append(Failure(source, target, reason, advice))

    def give_up(self, error: BaseException) -> None:
        """Note an error that ended the trace, unless it may come from a stand-in."""
        if not self.failures:
            first = str(error).strip().split("\n", maxsplit=1)[0]
            source = where(traceback.extract_tb(error.__traceback__))
            self.failures.append(Failure(source, f"{type(error).__name__}: {first}", "", PLAIN))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note refused classes, gradients, and tensors that become Python lists or arrays."""
        with ExitStack() as stack:
            for kind, refusal in REFUSED.items():
                forward = self._refuse(refusal, kind.forward)
                stack.enter_context(patch.object(kind, "forward", forward))
            for tensor in (Tensor, *TRACED):
                method = self._leaving("tolist", tensor.tolist, _zeros)
                stack.enter_context(patch.object(tensor, "tolist", method))
            numpy = self._leaving("numpy", Tensor.numpy, np.zeros)
            stack.enter_context(patch.object(Tensor, "numpy", numpy))
            stack.enter_context(patch.object(torch.autograd, "grad", self._gradient()))
            stack.enter_context(_conditions(self._many_rows, self._assumed))
            stack.enter_context(self._open_rows())
            stack.enter_context(self._unchanged())
            yield

    def _refuse(self, refusal: Refusal, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def forward(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            if not refusal.applies(module, *args, **kwargs):
                return original(module, *args, **kwargs)
            self.note(type(module).__name__, refusal.reason, refusal.advice, module)
            return refusal.stub(module, *args, **kwargs)

        return forward

    def _leaving(
        self, name: str, original: Callable[..., Any], stand_in: Callable[[list[int]], Any]
    ) -> Callable[..., Any]:
        def method(x: Tensor, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(x, TRACED):
                return original(x, *args, **kwargs)
            self.note(
                f"Tensor.{name}",
                "takes computed numbers out of the tensors",
                "compute with tensors: torch.where, scatter, index_select",
            )
            return stand_in([n if isinstance(n, int) else 2 for n in x.shape])

        return method

    def _gradient(self) -> Callable[..., Any]:
        def grad(outputs: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
            self.note(
                "torch.autograd.grad",
                "takes gradients inside forward",
                "write the gradient as a formula of tensors",
            )
            asked = [inputs] if isinstance(inputs, Tensor) else inputs
            return tuple(torch.zeros_like(x) for x in asked)

        return grad

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Note every branch on a computed number and go on as if it were not taken."""

        def answer(expression: Any) -> bool:
            self.note("a branch", *BRANCH)
            return False

        with _conditions(answer):
            yield

    def _many_rows(self, expression: Any) -> bool | None:
        """Where torch itself asks whether a number of rows is 0 or 1: it is not, in what follows.

        What torch does for these sizes alone (broadcasting, skipping empty tensors) changes no
        result.
        """
        is_small = _relation(expression) == "==" and {0, 1} & {*expression.args}
        return False if is_small and _asked_by_torch() else None

    def _assumed(self, expression: Any, told: bool) -> None:
        """Note what holds for the rows of the example only; that sizes are equal is no harm."""
        is_equality = _relation(expression) == ("==" if told else "!=")
        if not is_equality and not _asked_by_torch():
            self.note("a branch", *ON_ROWS)

    @contextmanager
    def _open_rows(self) -> Iterator[None]:
        """Note where a number of rows is taken as a constant."""
        original = ShapeEnv._set_replacement

        def replace(env: ShapeEnv, symbol: Any, value: Any, *rest: Any) -> None:
            if value.is_Integer and symbol_is_type(symbol, SymT.SIZE):
                self.note(f"a loop or a branch over {value} rows", *ON_ROWS)
            original(env, symbol, value, *rest)

        with patch.object(ShapeEnv, "_set_replacement", replace):
            yield

    @contextmanager
    def _unchanged(self) -> Iterator[None]:
        """Note numbers and caches that forward changes; put back what it stores."""
        original = nn.Module.__setattr__
        before = [(module, dict(vars(module))) for module in self.modules]

        def set_attribute(module: nn.Module, name: str, value: Any) -> None:
            known = vars(module).get(name)
            if type(known) in {int, float} and known != value:
                self.note(f"self.{name}", *STATE, module=module)
            elif name.startswith("_cached") and known is None and value is not None:
                self.note(f"{type(module).__name__}(cached=True)", *CACHE, module=module)
            original(module, name, value)

        try:
            with patch.object(nn.Module, "__setattr__", set_attribute):
                yield
        finally:
            for module, attributes in before:
                for name in [n for n, x in vars(module).items() if x is not attributes.get(n)]:
                    vars(module)[name] = attributes.get(name)


@contextmanager
def _conditions(
    answer: Callable[[Any], bool | None], watch: Callable[[Any, bool], None] | None = None
) -> Iterator[None]:
    """Let `answer` decide conditions on computed numbers; None leaves the error as it is.

    `watch` is told of conditions on numbers of rows, and what they were taken to be.
    """
    original = ShapeEnv.evaluate_sym_node

    def evaluate(env: ShapeEnv, node: Any, *args: Any, **kwargs: Any) -> Any:
        known, expression = len(env.guards), node.expr
        try:
            told = original(env, node, *args, **kwargs)
        except GuardOnDataDependentSymNode:
            chosen = answer(expression) if node.pytype is bool else None
            if chosen is None:
                raise
            return chosen
        if watch and node.pytype is bool and len(env.guards) > known:
            watch(expression, bool(told))
        return told

    with patch.object(ShapeEnv, "evaluate_sym_node", evaluate):
        yield


def _relation(expression: Any) -> str:
    """The sign of a comparison of sizes, "" of anything else."""
    return str(getattr(expression, "rel_op", ""))


def _asked_by_torch() -> bool:
    """Whether the condition that is being decided is one in torch's own code."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith((*GUARDING, *OWN)):
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(f"{TORCH}/")


PLAIN = "forward must be tensor arithmetic on its arguments, without branches on computed values"
"""What can be done about an error that tells nothing else."""

BRANCH = (
    "decides by computed numbers what to compute",
    "compute both and choose with torch.where, or decide by shapes and options",
)
"""Why a data-dependent branch cannot be followed, and what to do."""

ON_ROWS = (
    "holds for this many rows only, and every graph has another number",
    "use tensor operations over all rows instead of loops, len() and branches on their number",
)
"""Why the number of rows must not decide what is computed, and what to do."""

STATE = (
    "is counted in forward, so that every call would compute something else",
    "pass it as an argument, or keep it constant in evaluation mode",
)
"""Why a forward must not change the numbers of its modules, and what to do."""

CACHE = ("keeps the edges of the first graph for all others", "use cached=False")
"""Why a convolution must not cache, and what to do."""


def where(frames: Sequence[traceback.FrameSummary], module: str = "") -> Source:
    """The innermost line of the user's code below `export`, else of PyG's."""
    entries = [place for place, frame in enumerate(frames) if frame.filename == ENTRY]
    inside = [f for f in frames[max(entries, default=-1) + 1 :] if f.filename not in OWN]
    own = [frame for frame in inside if not is_library(frame.filename)]
    library = [frame for frame in inside if "torch_geometric" in frame.filename]
    for frame in (own or library)[-1:]:
        return Source(module, Path(frame.filename).name, frame.lineno or 0)
    return Source(module)


def _zeros(shape: list[int]) -> Any:
    return np.zeros(shape).tolist()
