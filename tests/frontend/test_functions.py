"""Functions and activations: the imported graph computes what torch does where it is defined."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch.nn import functional
from torch_geometric.data import Data

from gengnn.errors import UnsupportedModelError
from gengnn.frontend import export, load
from gengnn.frontend.tracing import followed
from gengnn.ir import Graph
from gengnn.passes.simplify import simplify
from gengnn.reference import run_real

FEATURES = 6

EXPONENTS = torch.linspace(-1, 2, FEATURES, dtype=torch.float64)

BASES = torch.linspace(0.5, 2, FEATURES, dtype=torch.float64)

ACTIVATIONS: dict[str, nn.Module] = {
    "relu": nn.ReLU(),
    "relu_in_place": nn.ReLU(inplace=True),
    "relu6": nn.ReLU6(),
    "leaky_relu": nn.LeakyReLU(0.2),
    "prelu": nn.PReLU(init=0.3),
    "prelu_channels": nn.PReLU(FEATURES),
    "prelu_steep": nn.PReLU(FEATURES),
    "prelu_mixed": nn.PReLU(FEATURES),
    "rrelu": nn.RReLU(0.1, 0.4),
    "elu": nn.ELU(0.7),
    "celu": nn.CELU(0.6),
    "selu": nn.SELU(),
    "gelu": nn.GELU(),
    "gelu_tanh": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "mish": nn.Mish(),
    "softplus": nn.Softplus(),
    "softplus_sharp": nn.Softplus(beta=2.5, threshold=10),
    "softsign": nn.Softsign(),
    "tanh": nn.Tanh(),
    "tanhshrink": nn.Tanhshrink(),
    "sigmoid": nn.Sigmoid(),
    "log_sigmoid": nn.LogSigmoid(),
    "hardsigmoid": nn.Hardsigmoid(),
    "hardswish": nn.Hardswish(),
    "hardtanh": nn.Hardtanh(),
    "hardtanh_range": nn.Hardtanh(-2.0, 0.5),
    "hardshrink": nn.Hardshrink(0.3),
    "softshrink": nn.Softshrink(0.3),
    "threshold": nn.Threshold(0.1, 20.0),
    "glu": nn.GLU(),
}

EVERYWHERE: dict[str, Callable[[Tensor], Tensor]] = {
    "abs": torch.abs,
    "sign": torch.sign,
    "square": torch.square,
    "cube": lambda x: x**3,
    "fifth": lambda x: x**5,
    "sixth": lambda x: x**6,
    "zeroth": lambda x: x**0 + x,
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "atan": torch.atan,
    "sinh": lambda x: torch.sinh(x / 100),
    "cosh": lambda x: torch.cosh(x / 100),
    "asinh": torch.asinh,
    "erf": torch.erf,
    "erfc": torch.erfc,
    "exp": lambda x: torch.exp(x / 100),
    "exp2": lambda x: 2 ** (x / 100),
    "expm1": lambda x: torch.expm1(x / 100),
    "exponential": lambda x: 0.3 ** (x / 100),
    "exponentials": lambda x: BASES ** (x / 100),
    "logaddexp": lambda x: torch.logaddexp(x, 2 - x),
    "hypot": lambda x: torch.hypot(x, x + 1),
    "degrees": lambda x: torch.arctan(torch.deg2rad(x) + torch.rad2deg(x)),
    "softmin": lambda x: functional.softplus(-x, beta=0.5),
}
"""Functions of every number."""

POSITIVE: dict[str, Callable[[Tensor], Tensor]] = {
    "log": torch.log,
    "log2": torch.log2,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt,
    "reciprocal": torch.reciprocal,
    "power": lambda x: x**1.7,
    "negative_power": lambda x: x**-0.3,
    "inverse_cube": lambda x: x**-3,
    "powers": lambda x: x**EXPONENTS,
    "power_of_itself": lambda x: (x / 100) ** (x / 100),
    "acosh": lambda x: torch.acosh(x + 1),
    "xlogy": lambda x: torch.xlogy(x, x + 1),
    "atan2": lambda x: torch.atan2(x, x - 20),
}
"""Functions of positive numbers."""

UNIT: dict[str, Callable[[Tensor], Tensor]] = {
    "asin": torch.asin,
    "acos": torch.acos,
    "atanh": torch.atanh,
    "logit": lambda x: torch.logit((x + 1) / 2),
}
"""Functions of numbers between -1 and 1."""


class Pointwise(nn.Module):
    """A function of the features."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.function(x)


def data(low: float, high: float) -> Data:
    """Numbers of every size between two ends."""
    torch.manual_seed(0)
    sizes = torch.logspace(-3, math.log10(max(abs(low), high)), 40, dtype=torch.float64)
    x = torch.cat([sizes, -sizes, torch.linspace(low, high, 40, dtype=torch.float64)])
    x = x[(x >= low) & (x <= high)]
    x = x[torch.randperm(len(x))][: len(x) // FEATURES * FEATURES]
    return Data(x=x.reshape(-1, FEATURES), edge_index=torch.zeros(2, 5, dtype=torch.int64))


def imported(model: nn.Module, given: Data, folder: Path) -> Graph:
    return load(export(model.double(), given, folder / "model.pt"))


def check(model: nn.Module, given: Data, graph: Graph) -> None:
    """As imported and as simplified."""
    with torch.no_grad():
        expected = model(given.x, given.edge_index)
    sample = {"x": given.x.numpy(), "src": given.edge_index[0].numpy()}
    sample |= {"dst": given.edge_index[1].numpy()}
    for version in (graph, simplify(graph)):
        used = {value.name: sample[value.name] for value in version.user_inputs}
        got = run_real(version, [used]).tensors[version.outputs[0]]
        torch.testing.assert_close(got.reshape(expected.shape), expected, rtol=1e-9, atol=1e-12)


def prepared(name: str) -> nn.Module:
    """An activation with slopes that differ where it has slopes per channel."""
    model = ACTIVATIONS[name]
    low, high = {"prelu_steep": (1.0, 3.0), "prelu_mixed": (-1.0, 2.0)}.get(name, (-0.5, 1.0))
    for weight in model.parameters():
        if weight.numel() > 1:
            weight.data = torch.linspace(low, high, FEATURES, dtype=torch.float64)
    return Pointwise(model.double().eval()).eval()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_is_that_of_torch(name: str, tmp_path: Path) -> None:
    given = data(-100.0, 100.0)
    model = prepared(name)
    check(model, given, imported(model, given, tmp_path))


@pytest.mark.parametrize("name", EVERYWHERE)
def test_function_of_every_number(name: str, tmp_path: Path) -> None:
    given, model = data(-100.0, 100.0), Pointwise(EVERYWHERE[name])
    check(model, given, imported(model, given, tmp_path))


@pytest.mark.parametrize("name", POSITIVE)
def test_function_of_positive_numbers(name: str, tmp_path: Path) -> None:
    given, model = data(0.001, 50.0), Pointwise(POSITIVE[name])
    check(model, given, imported(model, given, tmp_path))


@pytest.mark.parametrize("name", UNIT)
def test_function_of_numbers_below_1(name: str, tmp_path: Path) -> None:
    given, model = data(-0.999, 0.999), Pointwise(UNIT[name])
    check(model, given, imported(model, given, tmp_path))


DECOMPOSED = ["prelu", "prelu_channels", "celu", "selu", "silu", "mish", "softplus_sharp"]
DECOMPOSED += ["log_sigmoid", "hardsigmoid", "hardswish", "hardshrink", "softshrink", "threshold"]
DECOMPOSED += ["glu", "rrelu", "softsign", "tanhshrink"]


@pytest.mark.parametrize("name", DECOMPOSED)
def test_activation_in_core_aten(name: str, tmp_path: Path) -> None:
    given, model = data(-20.0, 20.0), prepared(name)
    rows = ({0: Dim.AUTO}, {1: Dim.AUTO})
    with followed(model):
        program = torch.export.export(
            model, (given.x, given.edge_index), dynamic_shapes=rows, strict=False
        )
        torch.export.save(program.run_decompositions(), tmp_path / "model.pt2")
    check(model, given, load(tmp_path / "model.pt2"))


def test_power_of_a_negative_base_is_refused(tmp_path: Path) -> None:
    given = data(-1.0, 1.0)
    with pytest.raises(UnsupportedModelError, match="use a positive base"):
        imported(Pointwise(lambda x: torch.pow(-2.0, x)), given, tmp_path)
