"""Folding: layers of one shape are found, and nothing changes what the graph computes."""

from __future__ import annotations

import torch

from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.reference import run_real
from tests.graphs import Builder, gine, make, molecules, virtual


def test_layers_fold_and_the_missing_relu_becomes_a_pass_through() -> None:
    folded = fold(gine(layers=4)).verify()
    assert [len(loop.iterations) for loop in folded.loops] == [4]
    names = folded.loops[0].iterations
    assert names[0][0] == "bond_0"
    assert [layer[-1] for layer in names] == ["relu_0", "relu_1", "relu_2", "down_3_pass0"]
    assert folded.producers["down_3_pass0"].op != folded.producers["relu_0"].op


def test_folding_keeps_the_float_meaning() -> None:
    graph, samples = gine(), molecules()
    before, after = run_real(graph, samples), run_real(fold(graph), samples)
    assert torch.equal(before.tensors["head"], after.tensors["head"])


def test_a_first_layer_without_a_term_and_a_last_one_without_an_update_fold_too() -> None:
    graph, samples = virtual(), molecules()
    folded = fold(graph).verify()
    (loop,) = folded.loops
    convs = {name for layer in loop.iterations for name in layer if name.startswith("conv_")}
    assert len(loop.iterations) == 5
    assert convs == {f"conv_{layer}" for layer in range(5)}
    before, after = run_real(graph, samples), run_real(folded, samples)
    assert torch.equal(before.tensors["head"], after.tensors["head"])


def test_what_is_computed_and_dropped_does_not_widen_formats() -> None:
    samples = molecules()
    whole = quantize(virtual(), samples, Precision()).values
    folded = quantize(fold(virtual()), samples, Precision()).values
    updates = [whole[f"update_{layer}"].format for layer in range(4)]
    assert folded["update_0"].format.frac == min(form.frac for form in updates)


def test_one_layer_does_not_fold() -> None:
    assert fold(gine(layers=1)).loops == ()


def test_layers_without_a_barrier_do_not_fold() -> None:
    build = Builder()
    h = build("h", make("Convert"), "x")
    for layer in range(3):
        h = build(f"l{layer}", make("Linear"), h, weight=[[1.0, 0.0], [0.0, 1.0]])
        h = build(f"r{layer}", make("Relu"), h)
    assert fold(build.graph(h)).loops == ()


def test_a_value_from_two_layers_back_folds_only_pairs_of_layers() -> None:
    build = Builder()
    values = [build("h", make("Convert"), "x")]
    values.append(
        build("h1", make("Scatter"), build("g1", make("Gather"), "h", "src"), "dst", "rows_nodes")
    )
    for layer in range(2, 6):
        gathered = build(f"g{layer}", make("Gather"), values[-1], "src")
        summed = build(f"s{layer}", make("Scatter"), gathered, "dst", "rows_nodes")
        values.append(build(f"h{layer}", make("Add"), summed, values[-2]))
    graph = build.graph(values[-1])
    (loop,) = fold(graph).loops
    assert loop.iterations == (
        ("g2", "s2", "h2", "g3", "s3", "h3"),
        ("g4", "s4", "h4", "g5", "s5", "h5"),
    )
