"""Products of matrices: with trained ones, and of two that are computed in every row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn import (
    DNAConv,
    EGConv,
    FastRGCNConv,
    GMMConv,
    NNConv,
    RGATConv,
    TransformerConv,
)
from torch_geometric.utils import scatter

from gengnn.errors import UnsupportedModelError
from gengnn.frontend import export, load
from gengnn.ops.matmul import Matmul
from gengnn.ops.mul import Mul
from gengnn.passes.simplify import simplify
from tests.frontend.inputs import EDGE, EXAMPLE, GRAPHS, NODE
from tests.frontend.test_import import check
from tests.frontend.zoo import Attributed, Plain, randomized

Matrices = Callable[[Tensor, Tensor, nn.Parameter], Tensor]


class Product(nn.Module):
    """`function` of matrices [N, 2, 3] and [N, 3, 4] and of a trained one [2, 3, 4]."""

    def __init__(self, function: Matrices) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(NODE, 6), nn.Linear(NODE, 12)
        self.weight = nn.Parameter(torch.randn(2, 3, 4))
        self.function = function

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        a, w = self.left(x).view(-1, 2, 3), self.right(x).view(-1, 3, 4)
        return self.function(a, w, self.weight).flatten(1)


COMPUTED: dict[str, Matrices] = {
    "matmul": lambda a, w, t: a @ w,
    "bmm": lambda a, w, t: torch.bmm(a, w),
    "baddbmm": lambda a, w, t: torch.baddbmm(t[0, :2], a, w, beta=0.5, alpha=2.0),
    "baddbmm_computed": lambda a, w, t: torch.baddbmm(a[..., :1], a, w),
    "broadcast": lambda a, w, t: a.unsqueeze(1) @ w.view(-1, 2, 3, 2),
    "row": lambda a, w, t: a[:, :1] @ w,
    "column": lambda a, w, t: w.transpose(1, 2) @ a[:, 0].unsqueeze(-1),
    "self": lambda a, w, t: a @ a.transpose(1, 2),
    "attention": lambda a, w, t: torch.sigmoid(a @ a.mT) @ a,
    "outer": lambda a, w, t: torch.einsum("nk,nj->nkj", a[:, 0], w[:, 0]),
    "heads": lambda a, w, t: torch.einsum("nhk,nkf->nhf", a, w),
    "interleaved": lambda a, w, t: torch.einsum("nhk,nkf->nfh", a, w),
    "dots": lambda a, w, t: torch.einsum("nij,nij->ni", a, torch.tanh(a)),
    "vecdot": lambda a, w, t: torch.linalg.vecdot(a, a * a),
    "scaled": lambda a, w, t: torch.einsum("nij,ni->nij", a, w[:, :2, 0]),
    "summed": lambda a, w, t: torch.einsum("nij,njk->n", a, w)[:, None],
    "ellipsis": lambda a, w, t: torch.einsum("...ij,...jk->...ik", a, w),
    "implicit": lambda a, w, t: torch.einsum("nij,njk", a, w),
    "three": lambda a, w, t: torch.einsum("nij,ijk,njk->nk", a, t, w),
    "linear": lambda a, w, t: nn.functional.linear(a, t[0].T) @ w.transpose(1, 2),
}

TRAINED: dict[str, Matrices] = {
    "right": lambda a, w, t: a @ t[0],
    "left": lambda a, w, t: t[0, :, :2] @ a,
    "batch": lambda a, w, t: torch.einsum("nhk,hkf->nhf", a, t),
    "batch_first": lambda a, w, t: (a.transpose(0, 1) @ t).transpose(0, 1),
    "relations": lambda a, w, t: (a[:, 0] @ t).transpose(0, 1),
    "mixed": lambda a, w, t: torch.einsum("nkf,hkf->nfh", w, t),
    "vector": lambda a, w, t: a @ t[0, :, 0],
    "tensordot": lambda a, w, t: torch.tensordot(a, t, dims=([1, 2], [0, 1])),
    "sum": lambda a, w, t: torch.einsum("nhk->nh", a),
    "permuted": lambda a, w, t: torch.einsum("nhk->nkh", a),
    "constants": lambda a, w, t: a @ torch.bmm(t.mT, t)[0, :3],
    "transposed": lambda a, w, t: (t[0].mT @ a.mT).mT,
}


def imported(model: nn.Module, folder: Path) -> tuple[nn.Module, object]:
    model = randomized(model)
    graph = load(export(model, EXAMPLE, folder / "model.pt"))
    model.double()
    for data in GRAPHS.values():
        check(graph, model, data)
        check(simplify(graph), model, data)
    return model, graph


@pytest.mark.parametrize("name", list(COMPUTED))
def test_product_of_computed_matrices(name: str, tmp_path: Path) -> None:
    _, graph = imported(Product(COMPUTED[name]), tmp_path)
    assert any(isinstance(node.op, (Matmul, Mul)) for node in graph.nodes)


@pytest.mark.parametrize("name", list(TRAINED))
def test_product_with_a_trained_matrix_needs_no_computed_one(name: str, tmp_path: Path) -> None:
    _, graph = imported(Product(TRAINED[name]), tmp_path)
    assert not any(isinstance(node.op, (Matmul, Mul)) for node in graph.nodes)


class Bilinear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.form = nn.Bilinear(NODE, 3, 5)
        self.lin = nn.Linear(NODE, 3)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.form(x, self.lin(x)) + nn.functional.bilinear(self.lin(x), x, self.swapped)

    @property
    def swapped(self) -> Tensor:
        return self.form.weight.transpose(1, 2)


class Gram(nn.Module):
    """Features of all nodes multiplied with each other: sums over the rows."""

    def __init__(self, form: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.lin, self.form = nn.Linear(NODE, 3), form

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return x @ self.form(x, self.lin(x))


class Pairs(nn.Module):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return (x @ x.t()).softmax(-1) @ x


class Relations(nn.Module):
    """A trained matrix for every type of edge, picked by the edge."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(TYPES, NODE, 5))

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        src, dst = edge_index
        messages = torch.bmm(x[src].unsqueeze(1), self.weight[edge_type]).squeeze(1)
        return scatter(messages, dst, dim_size=x.size(0))


class Typed(nn.Module):
    """A convolution with types of edges."""

    def __init__(self, conv: nn.Module) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor, edge_index: Tensor, edge_type: Tensor) -> Tensor:
        return self.conv(x, edge_index, edge_type)


class TypedAttributed(Typed):
    def forward(
        self, x: Tensor, edge_index: Tensor, edge_type: Tensor, edge_attr: Tensor
    ) -> Tensor:
        return self.conv(x, edge_index, edge_type, edge_attr)


class Layers(nn.Module):
    """Attention of every node over the layers before."""

    def __init__(self) -> None:
        super().__init__()
        self.lin, self.conv = nn.Linear(NODE, 18), DNAConv(6, heads=2)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.conv(self.lin(x).view(-1, 3, 6), edge_index)


MODE = "multiplicative-self-attention"
TYPES = 4
"""Types of edges in the test graphs."""


def _edge_net(outputs: int) -> nn.Module:
    return nn.Sequential(nn.Linear(EDGE, 6), nn.ReLU(), nn.Linear(6, outputs))


MODELS: dict[str, Callable[[], nn.Module]] = {
    "bilinear": Bilinear,
    "gram": lambda: Gram(lambda x, y: x.t() @ y),
    "gram_einsum": lambda: Gram(lambda x, y: torch.einsum("nd,ne->de", x, y)),
    "nn": lambda: Attributed(NNConv(NODE, 5, _edge_net(NODE * 5))),
    "nn_max": lambda: Attributed(NNConv(NODE, 1, _edge_net(NODE), aggr="max", bias=False)),
    "eg": lambda: Plain(EGConv(NODE, 8, num_heads=2, num_bases=3)),
    "eg_many": lambda: Plain(EGConv(NODE, 6, ["sum", "symnorm", "max"], num_heads=3)),
    "nn_unrooted": lambda: Attributed(NNConv(NODE, 2, _edge_net(NODE * 2), root_weight=False)),
    "gmm": lambda: Attributed(GMMConv(NODE, 5, dim=EDGE, kernel_size=2)),
    "gmm_separate": lambda: Attributed(
        GMMConv(NODE, 5, dim=EDGE, kernel_size=2, separate_gaussians=True)
    ),
    "relations": Relations,
    "fast_rgcn": lambda: Typed(FastRGCNConv(NODE, 5, TYPES)),
    "fast_rgcn_bases": lambda: Typed(FastRGCNConv(NODE, 6, TYPES, num_bases=2)),
    "rgat": lambda: TypedAttributed(RGATConv(NODE, 4, TYPES, edge_dim=EDGE, heads=2)),
    "rgat_bases": lambda: Typed(
        RGATConv(NODE, 4, TYPES, num_bases=3, heads=2, attention_mode=MODE, dim=2)
    ),
    "dna": Layers,
    "transformer": lambda: Attributed(TransformerConv(NODE, 3, heads=2, edge_dim=EDGE, beta=True)),
}


@pytest.mark.parametrize("name", list(MODELS))
def test_model(name: str, tmp_path: Path) -> None:
    imported(MODELS[name](), tmp_path)


def test_all_pairs_of_rows_are_refused_with_advice(tmp_path: Path) -> None:
    path = export(Pairs(), EXAMPLE, tmp_path / "model.pt")
    with pytest.raises(UnsupportedModelError) as caught:
        load(path)
    assert "multiplies every row of nodes with every other" in str(caught.value)
    assert "(x[src] * x[dst]).sum(-1)" in str(caught.value)
