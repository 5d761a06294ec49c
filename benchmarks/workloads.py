"""What the tables measure: trained models, the graphs they run on, and published figures."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
import torch_geometric.nn as pyg
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

from benchmarks.hep import MAX_EDGES, NUM_NODES, hep_graphs
from benchmarks.models import MODELS, forward
from benchmarks.molhiv import load_molhiv

MULTIPLIERS = 1752
"""DSP blocks of FlowGNN's GIN, by its HLS report."""

CALIBRATION = 2000
"""Graphs that set the formats."""

HEP_CALIBRATION = 200
"""Graphs of the shape of hep10k that set the formats."""

HEP_TEST = 500
"""Graphs of the shape of hep10k that are simulated."""

WEIGHTS = Path(__file__).parent / "weights"
"""State dicts of the trained models, MODEL.pt each."""

EPOCHS = {"gcn": 15, "gin": 20, "gin_vn": 15, "gat": 15, "pna": 15, "dgn": 15}
"""Epochs that each model was trained for; the best one on the validation graphs was kept."""

SOURCE = """\
Sarkar et al., "FlowGNN: A Dataflow Architecture for Real-Time Workload-Agnostic
Graph Neural Network Inference", HPCA 2023"""
"""Where FlowGNN's figures are from."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Workload:
    """Graphs to calibrate on and to measure on, and FlowGNN's mean cycles on such graphs.

    Graphs to measure on with labels have `valid` ones too, for the accuracy of the float models.
    """

    name: str
    calibration: list[Data]
    test: list[Data]
    limits: Mapping[str, int]
    flowgnn: Mapping[str, int]
    valid: list[Data]


def molhiv(path: str | Path) -> Workload:
    """The test graphs of ogbg-molhiv."""
    return Workload(
        "ogbg-molhiv",
        load_molhiv(path, "train", CALIBRATION),
        load_molhiv(path, "test"),
        {"max_nodes": 256, "max_edges": 512},
        {"gcn": 7037, "gin": 6827, "gin_vn": 7760, "gat": 3469, "pna": 7399, "dgn": 6084},
        load_molhiv(path, "valid"),
    )


def hep() -> Workload:
    """Graphs of the shape of hep10k."""
    return Workload(
        "hep10k's shape",
        hep_graphs(HEP_CALIBRATION, seed=0),
        hep_graphs(HEP_TEST, seed=1),
        {"max_nodes": NUM_NODES[1], "max_edges": MAX_EDGES},
        {"gcn": 27529, "gin": 24829, "gin_vn": 28656, "gat": 10712, "pna": 20360, "dgn": 25558},
        [],
    )


def parser_with_data(doc: str) -> argparse.ArgumentParser:
    """A command line whose data path may also come from MOLHIV."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("MOLHIV"), help="molhiv.npz")
    return parser


def check_data(parser: argparse.ArgumentParser, told: argparse.Namespace) -> None:
    """End the program unless the data is there."""
    if not told.data or not Path(told.data).is_file():
        parser.error("give --data or set MOLHIV to the path of molhiv.npz")


def trained(name: str) -> nn.Module:
    """A model of `MODELS` with its weights, in evaluation mode."""
    model = MODELS[name]()
    model.load_state_dict(torch.load(WEIGHTS / f"{name}.pt", weights_only=True))
    return model.eval()


def float_pass(model: nn.Module, graphs: list[Data]) -> Tensor:
    """PyG's own batched float inference, data loading included: logits [graphs, 1]."""
    with torch.no_grad():
        return torch.cat([forward(model, batch) for batch in DataLoader(graphs, batch_size=512)])


def multiplications(model: nn.Module, graphs: list[Data]) -> float:
    """Mean multiplications per graph of all linear layers of a model."""
    count = 0

    def add(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal count
        count += output.numel() * inputs[0].shape[-1]

    layers = [m for m in model.modules() if isinstance(m, nn.Linear | pyg.Linear)]
    hooks = [layer.register_forward_hook(add) for layer in layers]
    float_pass(model, graphs)
    for hook in hooks:
        hook.remove()
    return count / len(graphs)


def timed(call: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds that a call takes, and its result."""
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result
