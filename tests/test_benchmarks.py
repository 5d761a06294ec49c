"""What the benchmark tables stand on: graphs, weights, the bound, stored figures, the page."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_geometric.data import Data

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from benchmarks.figures import Store
    from benchmarks.flowgnn_page import NAMES, SETUPS, page
    from benchmarks.hep import MAX_EDGES, NEIGHBOURS, NUM_NODES, hep_graphs, nearest
    from benchmarks.models import ATOM_SIZES, BOND_SIZES, MODELS
    from benchmarks.timing_figures import Figures, unmet
    from benchmarks.timing_page import write_page
    from benchmarks.workloads import EPOCHS, float_pass, multiplications, trained

from gengnn.ops import REGISTRY
from gengnn.synth.fanout import Load
from gengnn.synth.paths import Delays
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import Chain

RECORD = {
    "build": {"dsp": 10, "lut": 90, "ff": 50, "bram18": 3, "uram": 0, "seconds": 7, "bound": 40}
    | {"flowgnn": 300, "clock_mhz": 300.0},
    "rtl": {"graphs": 5, "mismatches": 0, "cycles": 100, "least": 80, "most": 1200, "estimate": 97}
    | {"mean_error": 0.031, "worst_error": 0.05, "compile_seconds": 60, "seconds": 2, "cores": 2},
    "synth": {"dsp": 10, "lut": 100, "ff": 50, "bram18": 4, "uram": 0},
}


ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(path.stem for path in (ROOT / "benchmarks").glob("*_*.py"))


@pytest.mark.parametrize(
    "name", [name for name in SCRIPTS if name.startswith(("bench_", "train_"))]
)
def test_every_script_starts(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "--data" in told


@pytest.fixture(scope="module")
def graphs() -> list[Data]:
    return hep_graphs(200, seed=1)


def test_hep_graphs_have_the_shape_of_hep10k(graphs: list[Data]) -> None:
    nodes = [graph.num_nodes for graph in graphs]
    assert np.mean(nodes) == pytest.approx(49, abs=1.5)
    assert (min(nodes), max(nodes)) == NUM_NODES
    assert all(graph.num_edges == NEIGHBOURS * graph.num_nodes <= MAX_EDGES for graph in graphs)


def test_hep_graphs_are_the_same_every_time(graphs: list[Data]) -> None:
    for ours, theirs in zip(hep_graphs(3, seed=1), graphs[:3], strict=True):
        assert all(torch.equal(ours[key], theirs[key]) for key in ours.keys())  # noqa: SIM118
    assert not torch.equal(hep_graphs(1, seed=2)[0].edge_index, graphs[0].edge_index)


def test_hep_graphs_keep_to_the_categories_of_molecules(graphs: list[Data]) -> None:
    for key, sizes in (("x", ATOM_SIZES), ("edge_attr", BOND_SIZES)):
        rows = torch.cat([graph[key] for graph in graphs])
        assert rows.min() == 0
        assert (rows.max(dim=0).values + 1).tolist() == list(sizes)


def test_hep_graphs_carry_an_eigenvector(graphs: list[Data]) -> None:
    for graph in graphs[:5]:
        adjacency = np.zeros((graph.num_nodes, graph.num_nodes))
        src, dst = graph.edge_index.numpy()
        adjacency[src, dst] = adjacency[dst, src] = 1.0
        root = adjacency.sum(axis=1) ** -0.5
        eig = graph.eig.double().numpy()[:, 0]
        image = eig - root * (adjacency @ (root * eig))
        assert np.abs(image - (eig @ image) * eig).max() < 1e-6
        assert np.abs(eig @ (1 / root)) < 1e-5


def test_nearest_neighbours_point_at_the_node() -> None:
    edges = nearest(np.array([[0.0], [1.0], [3.0], [7.0]]), 2)
    assert edges.T.tolist() == [[1, 0], [2, 0], [0, 1], [2, 1], [1, 2], [0, 2], [2, 3], [1, 3]]


@pytest.mark.parametrize("name", MODELS)
def test_trained_weights_fit_their_model_and_the_graphs(name: str, graphs: list[Data]) -> None:
    scores = float_pass(trained(name), graphs[:4])
    assert scores.shape == (4, 1)
    assert torch.isfinite(scores).all()
    assert EPOCHS[name] > 0


def test_multiplications_are_those_of_the_linear_layers(graphs: list[Data]) -> None:
    mean = float(np.mean([graph.num_nodes for graph in graphs]))
    assert multiplications(trained("gin"), graphs) == pytest.approx(mean * 5 * 2 * 100 * 200 + 100)


def test_figures_are_kept_until_the_sources_change(tmp_path: Path) -> None:
    store = Store(tmp_path / "figures.json")
    store.begin("gcn-hep", "key")
    store.put("gcn-hep", "build", {"dsp": 1})
    again = Store(tmp_path / "figures.json")
    again.begin("gcn-hep", "key")
    again.put("gcn-hep", "csim", {"mismatches": 0})
    assert again.records == {"gcn-hep": {"build": {"dsp": 1}, "csim": {"mismatches": 0}}}
    again.begin("gcn-hep", "other")
    assert again.records == {}


def test_page_shows_figures_and_what_was_not_run() -> None:
    text = page({"molhiv": {"gin": RECORD, "pna": {"build": RECORD["build"]}}, "hep": {}})
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    gin = [row for row in rows if row[0] == "GIN"]
    assert gin[0][1:8] == ["300", "40", "100", "80, 1,200", "3.00", "97", "3.1%"]
    assert gin[0][8:] == ["5.0%", "3,000,000", "not run"]
    assert gin[1][1:] == ["10", "10 (+0.0%)", "100 (-10.0%)", "50 (+0.0%)", "4 (-25.0%)", "0"]
    assert gin[2][1:] == ["not run", "0 in 5 graphs", "not run", "7", "60", "2", "2"]
    assert ["PNA", "300", "40"] + ["not run"] * 8 in rows
    assert "--tables molhiv" in text
    assert "--tables hep" not in text


def test_page_shows_throughput_beside_latency() -> None:
    slow = {"build": RECORD["build"], "overlap": {"graphs": 5, "mismatches": 0, "cycles": 60}}
    fast = {"build": RECORD["build"], "overlap": {"graphs": 5, "mismatches": 0, "cycles": 50}}
    told = {"molhiv": {"gin": RECORD | slow}, "molhiv-throughput": {"gin": fast, "gcn": fast}}
    rows = [line.strip("| ").split(" | ") for line in page(told).splitlines()]
    shown = ["50", "6,000,000", "3,000,000", "5,000,000", "0 in 5 graphs", "7"]
    assert ["GIN", *shown] in rows
    assert ["GCN", *shown[:2], "not run", "not run", *shown[4:]] in rows


def test_every_model_and_table_has_a_title() -> None:
    assert list(NAMES) == list(MODELS)
    assert len({setup.title for setup in SETUPS.values()}) == len(SETUPS)


def test_timing_page_shows_units_and_designs(tmp_path: Path) -> None:
    shape, ways = Shape("gg_add", ()), Delays(6, {"a": 4}, {"y": 1}, {("a", "b"): 2})
    units = [
        Figures("gg_add", 3, shape, ways, Load(1234, "n"), "210"),
        Figures("gg_mul", 1, shape, ways),
    ]
    write_page(tmp_path / "timing.md", units, {"gcn": Chain((("u_a.y", 4), ("u_b.x", 3)))})
    text = (tmp_path / "timing.md").read_text()
    assert "| gg_add | 3 | 6 | 6 | 4 | 1 | 2 | 1,234 | 210 |" in text
    assert "| gg_mul | 1 | 6 | 6 | 4 | 1 | 2 | not run | not run |" in text
    assert "| GCN | 7 | u_a.y 4, u_b.x 3 |" in text


def test_kernels_that_no_design_has_are_measured_too() -> None:
    kernels = {f"gg_{op.kernel}" for op in REGISTRY.values()}
    found = {shape.module for shape in unmet([Shape("gg_add", (("Lanes", "2"),))])}
    assert found == kernels - {"gg_add"}
