"""The steps of random programs: arithmetic on tensors [rows, width]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch_geometric.utils import softmax

Item = TypeVar("Item")

WIDEST = 8
"""The most features of a value inside a program."""


class Draw:
    """Random choices that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)

    def choice(self, items: Sequence[Item]) -> Item:
        return items[int(self._random.integers(len(items)))]

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        return [items[place] for place in self._random.permutation(len(items))[:count]]

    def integer(self, low: int, high: int) -> int:
        return int(self._random.integers(low, high, endpoint=True))

    def number(self, low: float, high: float) -> float:
        return round(float(self._random.uniform(low, high)), 2)

    def chance(self, part: float) -> bool:
        return bool(self._random.random() < part)


UNARY: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "elu": functional.elu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "softplus": functional.softplus,
    "abs": torch.abs,
    "square": lambda x: x.square() * 0.5,
    "neg": torch.neg,
    "clamp": lambda x: x.clamp(-0.75, 1.25),
    "exp": lambda x: x.tanh().exp(),
    "exp_minus": lambda x: torch.exp(-x.square()),
    "sqrt": lambda x: torch.sqrt(x.relu() + 0.3),
    "rsqrt": lambda x: (x.square() + 0.5).rsqrt(),
    "log": lambda x: torch.log(x.abs() + 0.5),
    "reciprocal": lambda x: 1.0 / (x.abs() + 0.5),
    "threshold": lambda x: torch.where(x > 0.25, x, 0.1 * x),
    "masked": lambda x: x.masked_fill(x < -0.5, 0.5),
    "sign_bit": lambda x: (x > 0.1).to(x.dtype),
    "cosine": lambda x: torch.cos(x) + 0.5 * torch.sin(2 * x),
}
"""Functions of every entry."""

PAIRS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: 0.5 * x * y,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "divide": lambda x, y: x / (y.abs() + 0.5),
    "quotient": lambda x, y: x / (1 + y.square()),
    "signed_quotient": lambda x, y: x / torch.where(y >= 0, y + 0.5, y - 0.5),
    "gate": lambda x, y: x * y.sigmoid(),
    "mix": lambda x, y: 0.25 * x + 0.75 * y - 0.1,
    "choose": lambda x, y: torch.where(x > y, 0.5 * x, y),
    "keep": lambda x, y: x * (y > 0.2),
    "both": lambda x, y: torch.where((x > 0) & (y < 0.5), x, y),
    "difference": lambda x, y: (x - y).abs(),
    "cat": lambda x, y: torch.cat([x, y], dim=-1),
}
"""Functions of two values; one of them may have one feature."""

ROWS: dict[str, Callable[[Tensor], Tensor]] = {
    "sum": lambda x: x.sum(dim=-1, keepdim=True),
    "mean": lambda x: x.mean(dim=-1, keepdim=True),
    "amax": lambda x: x.amax(dim=-1, keepdim=True),
    "min": lambda x: x.min(dim=-1, keepdim=True).values,
    "norm": lambda x: x.norm(dim=-1, keepdim=True),
    "normalize": lambda x: functional.normalize(x, dim=-1, eps=0.1),
    "softmax": lambda x: x.softmax(dim=-1),
    "log_softmax": lambda x: x.log_softmax(dim=-1),
    "layer_norm": lambda x: functional.layer_norm(x, x.shape[-1:], eps=0.1),
    "flip": lambda x: x.flip(-1),
    "first": lambda x: x[:, : (x.shape[-1] + 1) // 2],
    "last": lambda x: x[:, x.shape[-1] // 2 :],
    "even": lambda x: x[:, ::2],
    "center": lambda x: x - x.mean(dim=-1, keepdim=True),
}
"""Functions of whole rows."""


class Apply(nn.Module):
    """A function by its name in one of the tables."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.function: Callable[..., Tensor] = {**UNARY, **PAIRS, **ROWS}[name]

    def forward(self, *x: Tensor) -> Tensor:
        return self.function(*x)

    def extra_repr(self) -> str:
        return self.name


class Scale(nn.Module):
    """A trained scale and shift of every feature."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(0.5 + torch.rand(width))
        self.shift = nn.Parameter(torch.rand(width) - 0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.shift


class Heads(nn.Module):
    """Attention over `heads` parts of a row; joined, averaged or as scores."""

    def __init__(self, width: int, heads: int, mode: str) -> None:
        super().__init__()
        self.heads, self.mode = heads, mode
        self.att = nn.Parameter(torch.rand(1, heads, width // heads) - 0.3)

    def forward(self, x: Tensor) -> Tensor:
        h = x.view(-1, self.heads, x.size(1) // self.heads)
        score = (h * self.att).sum(dim=-1)
        if self.mode == "scores":
            return score
        h = h * score.sigmoid().unsqueeze(-1)
        if self.mode == "mean":
            return h.mean(dim=1)
        return (h.transpose(1, 2) if self.mode == "turn" else h).flatten(1)


class Outer(nn.Module):
    """A matrix of each row times a vector of each row."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.matrix = nn.Linear(width, 2 * width)

    def forward(self, x: Tensor) -> Tensor:
        matrix = self.matrix(x).tanh().view(-1, 2, x.size(1))
        return torch.matmul(matrix, x.unsqueeze(-1)).squeeze(-1)


class IndexSoftmax(nn.Module):
    """Softmax over the edges of one node; needs the index."""

    def forward(self, x: Tensor, index: Tensor, rows: int) -> Tensor:
        return softmax(x, index, num_nodes=rows)


Step = tuple[nn.Module, list[int]]
"""A module and the places of the values that it reads."""


def draw_linear(draw: Draw, widths: Sequence[int]) -> Step:
    place = draw.integer(0, len(widths) - 1)
    return nn.Linear(widths[place], draw.integer(1, 6), bias=draw.chance(0.7)), [place]


def draw_unary(draw: Draw, widths: Sequence[int]) -> Step:
    return Apply(draw.choice(sorted(UNARY))), [draw.integer(0, len(widths) - 1)]


def draw_rows(draw: Draw, widths: Sequence[int]) -> Step:
    return Apply(draw.choice(sorted(ROWS))), [draw.integer(0, len(widths) - 1)]


def draw_pair(draw: Draw, widths: Sequence[int]) -> Step:
    """Two values of one width, or one of them of a single feature."""
    name = draw.choice(sorted(PAIRS))
    first = draw.integer(0, len(widths) - 1)
    fitting = [p for p, width in enumerate(widths) if width in {1, widths[first]} and p != first]
    if name == "cat":
        fitting = [p for p, width in enumerate(widths) if width + widths[first] <= WIDEST]
    places = [first, draw.choice(fitting or [first])]
    return Apply(name), places if draw.chance(0.5) else places[::-1]


def draw_parameters(draw: Draw, widths: Sequence[int]) -> Step:
    place = draw.integer(0, len(widths) - 1)
    width = widths[place]
    heads = [count for count in (2, 3) if width % count == 0 and width > count]
    if not heads or draw.chance(0.4):
        return (Scale(width) if draw.chance(0.7) else Outer(width)), [place]
    mode = draw.choice(["joined", "mean", "scores", "turn"])
    return Heads(width, draw.choice(heads), mode), [place]


DRAWS = (draw_linear, draw_linear, draw_unary, draw_unary, draw_rows, draw_pair, draw_pair)
"""Kinds of steps, as often as they are to come."""


class Program(nn.Module):
    """Random steps on given values of `widths`, joined by a linear layer to `outputs` features.

    With `is_edges` a softmax over the index may be among them. Every value is read by a later
    step or by the last layer. `ends` 1 makes the results positive.
    """

    def __init__(
        self,
        draw: Draw,
        widths: Sequence[int],
        outputs: int,
        is_edges: bool = False,
        ends: int = 0,
    ) -> None:
        super().__init__()
        self.steps, self.places, self.ends = nn.ModuleList(), [], ends
        known, read = list(widths), set()
        for _ in range(draw.integer(2, 5)):
            step, places = self._draw(draw, known, is_edges)
            self.steps.append(step)
            self.places.append(places)
            read.update(places)
            known.append(_width(step, [known[place] for place in places]))
        self.leaves = [place for place in range(len(known)) if place not in read]
        self.last = nn.Linear(sum(known[place] for place in self.leaves), outputs)

    def _draw(self, draw: Draw, known: Sequence[int], is_edges: bool) -> Step:
        if is_edges and draw.chance(0.15):
            return IndexSoftmax(), [draw.integer(0, len(known) - 1)]
        kind = draw_parameters if draw.chance(0.2) else draw.choice(DRAWS)
        return kind(draw, known)

    def forward(
        self, given: Sequence[Tensor], index: Tensor | None = None, rows: int = 0
    ) -> Tensor:
        known = list(given)
        for step, places in zip(self.steps, self.places, strict=True):
            read = [known[place] for place in places]
            extra = (index, rows) if isinstance(step, IndexSoftmax) else ()
            known.append(step(*read, *extra))
        joined = self.last(torch.cat([known[place] for place in self.leaves], dim=1))
        return joined.sigmoid() + 0.1 if self.ends else joined


def _width(step: nn.Module, widths: Sequence[int]) -> int:
    """The features of a step's result, found by trying."""
    rows = [torch.zeros(2, width) for width in widths]
    extra = (torch.zeros(2, dtype=torch.long), 1) if isinstance(step, IndexSoftmax) else ()
    with torch.no_grad():
        return step(*rows, *extra).shape[1]
