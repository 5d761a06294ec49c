"""A build writes a whole project or nothing, and every run leaves its figures in the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch_geometric.data import Batch, Data
from torch_geometric.nn import GINConv, global_add_pool

from gengnn import project as module
from gengnn.emit.folder import MARKER
from gengnn.errors import ConfigError, DataError, GengnnError
from gengnn.frontend import export
from gengnn.parts import RESOURCES
from gengnn.project import Project, build
from gengnn.simulate.cosim import CosimResult
from gengnn.simulate.csim import CsimResult


class Net(nn.Module):
    """The smallest model with a node output and a graph output."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = GINConv(nn.Linear(3, 4))
        self.head = nn.Linear(4, 1)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> tuple[Tensor, Tensor]:
        h = self.conv(x, edge_index).relu()
        return self.head(global_add_pool(h, batch)), h


def graphs(count: int) -> list[Data]:
    draw = torch.Generator().manual_seed(0)
    made = []
    for number in range(count):
        nodes, edges = 2 + number % 5, number % 7
        made.append(
            Data(
                x=torch.rand(nodes, 3, generator=draw),
                edge_index=torch.randint(nodes, (2, edges), generator=draw),
                y=torch.tensor([[float(number % 2)]]),
            )
        )
    return made


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, Path]:
    torch.manual_seed(0)
    net = Net().eval()
    example = Batch.from_data_list(graphs(3))
    return net, export(net, example, tmp_path_factory.mktemp("model") / "net.pt")


@pytest.fixture(scope="module")
def built(model: tuple[nn.Module, Path], tmp_path_factory: pytest.TempPathFactory) -> Project:
    return build(model[1], part="xcu50", data=graphs(20), out=tmp_path_factory.mktemp("p") / "out")


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy that a test may write into."""
    module.shutil.copytree(built.folder, tmp_path / "copy")
    return Project.open(tmp_path / "copy")


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_folder_holds_both_projects_and_says_what_is_what(built: Project) -> None:
    names = {path.name for path in built.folder.iterdir()}
    assert names == {
        *("README.md", "report.json", MARKER, "model.pt", "design.json", "design.npz"),
        *("hls", "rtl"),
    }
    told = (built.folder / "README.md").read_text()
    assert all(f"`{name}" in told for name in names - {"README.md"})


def test_two_builds_give_the_same_files(
    model: tuple[nn.Module, Path], built: Project, tmp_path: Path
) -> None:
    again = build(model[1], part="xcu50", data=graphs(20), out=tmp_path / "again")
    assert files(again.folder) == files(built.folder)


def test_one_backend_alone(model: tuple[nn.Module, Path], tmp_path: Path) -> None:
    only = build(model[1], data=graphs(5), out=tmp_path / "out", backends=("rtl",))
    assert (only.folder / "rtl").is_dir()
    assert not (only.folder / "hls").exists()
    assert "`hls/`" not in (only.folder / "README.md").read_text()
    with pytest.raises(GengnnError, match="--backend hls"):
        only.csim(graphs(1))


def test_fresh_report_has_every_key(built: Project) -> None:
    report = built.report
    assert (report["part"], report["part_name"]) == ("xcu50", "xcu50-fsvh2104-2-e")
    assert report["clock_mhz"] == 300.0
    assert all(
        set(f) == {"width", "frac", "signed", "saturations"} for f in report["formats"].values()
    )
    assert report["checks"] == {n: {"graphs": 0, "mismatches": 0} for n in ("csim", "rtl")}
    assert report["latency"]["estimated_cycles"] > 0
    assert report["latency"]["rtl_cycles"] == {"min": None, "mean": None, "max": None, "graphs": 0}
    assert set(report["resources"]["estimated"]) == set(RESOURCES)
    assert report["resources"]["yosys"] is report["resources"]["vitis"] is None
    assert report["accuracy"] == {"metric": None, "float": None, "fixed": None}


def test_prediction_is_near_the_float_model(model: tuple[nn.Module, Path], built: Project) -> None:
    data = graphs(30)
    batch = Batch.from_data_list(data)
    with torch.no_grad():
        expected = model[0](batch.x, batch.edge_index, batch.batch)
    found = built.predict(data)
    assert isinstance(found, tuple)
    for got, wanted in zip(found, expected, strict=True):
        assert got.shape == wanted.shape
        assert (got - wanted).abs().max() < 0.01  # 16 bits, values below 16


def test_opened_project_predicts_the_same(built: Project) -> None:
    again = Project.open(built.folder).predict(graphs(10))
    for got, wanted in zip(again, built.predict(graphs(10)), strict=True):
        assert torch.equal(got, wanted)


def test_saturations_of_the_last_run_are_reported(project: Project) -> None:
    large = graphs(3)
    for graph in large:
        graph.x = graph.x + 1000.0
    project.predict(large)
    assert project.report["formats"]["x"]["saturations"] == sum(g.x.numel() for g in large)
    project.predict(graphs(3))
    assert project.report["formats"]["x"]["saturations"] == 0


def test_csim_goes_into_the_report(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = project.design.graph.outputs
    codes = [{first: np.full((1, 1), 3), second: np.zeros((n, 4), int)} for n in (2, 3)]
    result = CsimResult(codes, [0, 0], 7, 1)
    monkeypatch.setattr(module, "csim", lambda *_: result)
    found = project.csim(graphs(2))
    assert (found.mismatches, found.graph, found.cycles) == (7, 1, ())
    assert [tuple(tensor.shape) for tensor in found.outputs] == [(2, 1), (5, 4)]
    step = project.design.graph.values[first].format.step
    assert found.outputs[0].tolist() == [[3 * step], [3 * step]]
    assert project.report["checks"]["csim"] == {"graphs": 2, "mismatches": 7}
    assert project.report["checks"]["rtl"] == {"graphs": 0, "mismatches": 0}


def test_cosim_goes_into_the_report(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CosimResult([{}, {}, {}], [0, 0, 0], [90, 120, 300], 0)
    monkeypatch.setattr(module, "cosim", lambda *_, **__: result)
    found = project.cosim(graphs(3))
    assert found.cycles == (90, 120, 300)
    report = project.report
    assert report["checks"]["rtl"] == {"graphs": 3, "mismatches": 0}
    assert report["latency"]["rtl_cycles"] == {"min": 90, "mean": 170.0, "max": 300, "graphs": 3}
    assert report["latency"]["estimated_cycles"] > 0


def test_compare_measures_both_models(project: Project) -> None:
    found = project.compare(graphs(20), metric="roc_auc")
    assert project.report["accuracy"] == {
        "metric": "roc_auc", "float": found.float, "fixed": found.fixed,
    }  # fmt: skip
    assert project.compare(graphs(20), metric="pearson").fixed > 0.999
    with pytest.raises(ConfigError, match="roc_auc, accuracy, rmse, pearson"):
        project.compare(graphs(2), metric="f1")
    unlabelled = graphs(2)
    del unlabelled[1].y
    with pytest.raises(DataError, match="graph 1 has no label y"):
        project.compare(unlabelled, metric="rmse")


def test_graph_over_the_limit_is_refused(built: Project) -> None:
    huge = Data(x=torch.rand(100, 3), edge_index=torch.zeros(2, 0, dtype=torch.int64))
    with pytest.raises(DataError, match="100 nodes, the design takes 8"):
        built.predict([huge])


def test_failed_build_leaves_what_was_there(
    model: tuple[nn.Module, Path], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(project.folder)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(module.EMITTERS, "rtl", fail)
    with pytest.raises(KeyboardInterrupt):
        build(model[1], data=graphs(5), out=project.folder)
    assert files(project.folder) == before
    assert list(project.folder.parent.iterdir()) == [project.folder]


def test_foreign_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ConfigError, match="did not write"):
        build("no-model.pt", data="no-data.pt", out=tmp_path)


def test_folder_of_another_version_is_refused(project: Project) -> None:
    (project.folder / MARKER).write_text(json.dumps({"gengnn": "0.0.1"}))
    with pytest.raises(
        ConfigError, match=r"built by gengnn 0.0.1, this is .*\n  build the project"
    ):
        Project.open(project.folder)
