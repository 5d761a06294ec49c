"""What `load` and `export` say of a model: names, sources, bounds, and all that is unsupported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch_geometric.data import Data
from torch_geometric.nn import GCNConv, GINConv, global_mean_pool

from gengnn.errors import ConfigError, UnsupportedModelError
from gengnn.frontend import export, load, read_example
from gengnn.frontend.importer import import_program
from gengnn.frontend.names import RESERVED, identifier
from gengnn.frontend.program import Call, DType, Input, Program, Ref, TensorType
from gengnn.ir import Graph, Kind, Source
from gengnn.ops.affine import Affine
from gengnn.ops.embedding import Embedding
from gengnn.ops.slice import Slice
from gengnn.passes.simplify import simplify
from tests.frontend.inputs import CLASSES, EXAMPLE, NODE
from tests.frontend.zoo import MODELS, Embedded, Interaction, Stacked, randomized


class Lambda(nn.Module):
    """A forward of nodes and edges, given as a function."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.function(x, edge_index)


def graph_of(model: nn.Module, tmp_path: Path, example: Data = EXAMPLE) -> Graph:
    """The imported graph of a model."""
    return load(export(model, example, tmp_path / "model.pt"))


def refusal(function, tmp_path: Path) -> str:
    """The error of a forward that cannot be compiled."""
    with pytest.raises(UnsupportedModelError) as caught:
        graph_of(Lambda(function), tmp_path)
    return str(caught.value)


def test_names_follow_modules_and_are_identifiers(tmp_path: Path) -> None:
    graph = graph_of(randomized(Stacked()), tmp_path)
    names = [node.name for node in graph.nodes]
    assert names[:4] == ["lin", "convs_0_gather", "convs_0_aggr_module", "convs_0_affine"]
    assert {"convs_0_nn_0", "convs_1_nn_3", "norms_2_module", "head"} <= set(names)
    assert len({name.lower() for name in names}) == len(names)
    assert "convs.1.nn.0.weight" in graph.params
    assert "convs_0_nn_1_module.scale" in graph.params


def test_sources_are_the_lines_of_the_user(tmp_path: Path) -> None:
    graph = graph_of(Stacked(), tmp_path)
    sources = {node.name: node.source for node in graph.nodes}
    assert re.fullmatch(r"convs\.0\.nn\.0 \(zoo\.py:\d+\)", str(sources["convs_0_nn_0"]))
    assert str(sources["relu"]).startswith("forward (zoo.py:")


@pytest.mark.parametrize("word", ["edge", "Table", "int", "class", "a b", "3d", "", "_x__y_", "é"])
def test_identifiers_are_valid_everywhere(word: str) -> None:
    name = identifier(word)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)
    assert "__" not in name
    assert name.lower() not in RESERVED


def test_categories_carry_their_bounds(tmp_path: Path) -> None:
    graph = graph_of(Embedded(), tmp_path)
    bounds = {value.name: value.bound for value in graph.inputs if value.kind is Kind.INDEX}
    assert bounds == {"z": max(CLASSES), "edge_type": 4, "src": None, "dst": None}
    columns = [node.output.bound for node in graph.nodes if isinstance(node.op, Slice)]
    assert columns == list(CLASSES)
    assert sum(isinstance(node.op, Embedding) for node in graph.nodes) == len(CLASSES) + 1


def test_outputs_of_a_dict_are_named_by_its_keys(tmp_path: Path) -> None:
    graph = graph_of(MODELS["edge_scores"](), tmp_path)
    assert graph.outputs == ("edge_", "hits", "total")
    spaces = [graph.values[name].space for name in graph.outputs]
    assert spaces == ["edges", "nodes", "graphs"]


def test_self_loops_become_a_filter_and_a_concat_space(tmp_path: Path) -> None:
    graph = graph_of(MODELS["gcn"](), tmp_path)
    kinds = {space.name: (space.kind, space.parents) for space in graph.spaces.values()}
    assert kinds["edges_kept"] == ("filter", ("edges",))
    assert kinds["edges_kept_and_nodes"] == ("concat", ("edges_kept", "nodes"))


def test_all_that_is_unsupported_is_told_at_once(tmp_path: Path) -> None:
    def forward(x: Tensor, edge_index: Tensor) -> Tensor:
        h = torch.randn_like(x)
        top = x.topk(2, dim=-1)[0]
        bent = [torch.special.bessel_j0(x) for _ in range(2)]
        return torch.cat([h + 1, *bent, top], dim=-1)

    told = refusal(forward, tmp_path)
    assert "cannot compile 3 parts of model.pt" in told
    assert re.search(r"aten\.randn_like\.default in forward \(test_load\.py:\d+\)\n", told)
    assert "draws random numbers" in told
    assert "over features amax or amin" in told
    assert told.count("aten.special_bessel_j0.default") == 1
    assert "aten.cat" not in told
    assert "gengnn has kernels for: add, affine" in told
    assert 'CONTRIBUTING.md, "Adding an op"' in told


UNSUPPORTED = {
    "changed in place through a view": lambda x, e: _through_view(x),
    "takes the largest index as a size": lambda x, e: x.new_zeros(int(e.max()) + 1, NODE)
    .index_add(0, e[1], x[e[0]]),
    "takes some rows by their position": lambda x, e: x[:3].sum(0, keepdim=True),
    "got rows in dimension 1": lambda x, e: x.t(),
    "arithmetic on an index map": lambda x, e: x[e[0]] * e[1].view(-1, 1),
}  # fmt: skip


def _through_view(x: Tensor) -> Tensor:
    h = x * 2
    h[:, 0].add_(1)
    return h


@pytest.mark.parametrize("reason", list(UNSUPPORTED))
def test_reason_is_told(reason: str, tmp_path: Path) -> None:
    told = refusal(UNSUPPORTED[reason], tmp_path)
    assert reason in told
    assert "test_load.py:" in told or "output 0" in told


def test_reduction_over_a_batch_is_refused(tmp_path: Path) -> None:
    class Mixed(nn.Module):
        def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> Tensor:
            return global_mean_pool(x, batch) - x.mean(dim=0)

    with pytest.raises(UnsupportedModelError, match="all graphs together"):
        graph_of(Mixed(), tmp_path)


def test_training_mode_is_refused(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(NODE, 3), nn.BatchNorm1d(3), nn.Dropout(0.5)).train()
    program = torch.export.export(
        model, (EXAMPLE.x,), dynamic_shapes=({0: Dim.AUTO},), strict=False
    )
    torch.export.save(program, tmp_path / "train.pt2")
    with pytest.raises(UnsupportedModelError) as caught:
        load(tmp_path / "train.pt2")
    assert "model.eval()" in str(caught.value)


def test_fixed_sizes_are_refused(tmp_path: Path) -> None:
    args = (EXAMPLE.x, EXAMPLE.edge_index)
    program = torch.export.export(MODELS["gin"](), args, strict=False)
    torch.export.save(program, tmp_path / "fixed.pt2")
    with pytest.raises(UnsupportedModelError, match=r"edge_index \[2, 24\].*fixed at 24"):
        load(tmp_path / "fixed.pt2")


def test_in_place_steps_follow_the_tensor(tmp_path: Path) -> None:
    def forward(x: Tensor, edge_index: Tensor) -> Tensor:
        h = x * 2
        same = h
        h += 1
        same.mul_(3)
        return h

    graph = graph_of(Lambda(forward), tmp_path)
    assert [type(node.op).__name__ for node in graph.nodes] == ["Affine"] * 3


def test_in_place_steps_are_seen_by_older_names() -> None:
    x = Input("x", ("x",), TensorType(DType("float32"), ("s0", NODE)))
    calls = [
        ("aten.mul.Tensor", (Ref("x"), 2.0), "h"),
        ("aten.add_.Tensor", (Ref("h"), 1.0), "more"),
        ("aten.mul_.Tensor", (Ref("h"), 3.0), "most"),
        ("aten.relu.default", (Ref("more"),), "y"),
    ]
    made = tuple(Call(name, args, {}, (y,), Source(), "float32") for name, args, y in calls)
    program = Program((x,), {}, {}, made, (Ref("y"),), ("",), frozenset())
    graph = simplify(import_program(program, "by hand"))
    scale, relu = graph.nodes
    assert isinstance(scale.op, Affine)
    for role, value in (("scale", 6.0), ("shift", 3.0)):
        assert (graph.params[scale.params[role]].data == value).all()
    assert relu.inputs == (scale.name,)


def test_export_leaves_the_model_as_it_was(tmp_path: Path) -> None:
    model = Stacked().train()
    model.convs[1].eval()
    before = [module.training for module in model.modules()]
    export(model, EXAMPLE, tmp_path / "model.pt")
    assert [module.training for module in model.modules()] == before
    assert GCNConv(1, 1).forward.__globals__.get("int") is None


def test_export_takes_a_tuple_of_arguments(tmp_path: Path) -> None:
    args = (EXAMPLE.x, EXAMPLE.edge_index, EXAMPLE.edge_attr)
    path = export(Interaction(), args, tmp_path / "model.pt")
    assert [value.name for value in load(path).inputs[:4]] == ["x", "src", "dst", "edge_attr"]
    assert torch.equal(read_example(path)["edge_attr"], EXAMPLE.edge_attr)


@pytest.mark.parametrize("nodes", [0, 1])
def test_export_takes_the_smallest_examples(nodes: int, tmp_path: Path) -> None:
    tiny = Data(x=torch.ones(nodes, NODE), edge_index=torch.zeros(2, 0, dtype=torch.long))
    graph = graph_of(MODELS["gin"](), tmp_path, tiny)
    assert graph.values["x"].space == "nodes"
    assert read_example(tmp_path / "model.pt")["x"].shape == (nodes, NODE)


def test_export_takes_a_model_of_the_whole_data(tmp_path: Path) -> None:
    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = GINConv(nn.Linear(NODE, 3))

        def forward(self, data: Data) -> Tensor:
            h = self.conv(data.x, data.edge_index).relu()
            return global_mean_pool(h, data.batch)

    graph = graph_of(Whole(), tmp_path)
    assert [value.name for value in graph.inputs[:4]] == ["x", "src", "dst", "batch"]
    assert graph.values[graph.outputs[0]].space == "graphs"


def test_export_names_what_the_example_lacks(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Interaction\.forward takes edge_attr"):
        export(Interaction(), Data(x=EXAMPLE.x, edge_index=EXAMPLE.edge_index), tmp_path / "m.pt")


def test_export_tells_the_line_that_torch_cannot_follow(tmp_path: Path) -> None:
    def forward(x: Tensor, edge_index: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x

    with pytest.raises(UnsupportedModelError, match=r"cannot follow Lambda\n.*test_load\.py:\d+"):
        export(Lambda(forward), EXAMPLE, tmp_path / "m.pt")
    assert list(tmp_path.iterdir()) == []
