"""Quantisation: formats hold the data, exact counts stay exact, layers share formats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from gengnn.errors import PrecisionError
from gengnn.fixed import FixedType
from gengnn.ir import Graph, Kind, Value
from gengnn.passes.fold import fold
from gengnn.passes.quantize import Precision, quantize
from gengnn.reference import IntegerModel, Sample, run_real
from tests.graphs import Builder, gine, make, molecules


def quantized(precision: Precision | None = None) -> tuple[Graph, list[Sample]]:
    samples = molecules()
    return quantize(fold(gine()), samples, precision or Precision()), samples


def test_no_saturation_on_calibration_data_and_small_error() -> None:
    graph, samples = quantized()
    run = IntegerModel(graph).run(samples)
    assert not any(run.saturations.values())
    form = graph.values["head"].format
    real = run_real(fold(gine()), samples).tensors["head"]
    error = (run.tensors["head"].double() * form.step - real).abs().max()
    assert float(error) < 0.01


def test_folded_layers_share_formats_and_parameter_formats() -> None:
    graph, _ = quantized()
    values = graph.values
    for position in zip(*graph.loops[0].iterations, strict=True):
        assert len({values[name].type for name in position}) == 1
    assert len({graph.params[f"up_{layer}.weight"].type for layer in range(3)}) == 1
    assert values["atoms"].type == values["relu_0"].type


def test_counts_are_exact_integers() -> None:
    graph, _ = quantized()
    count = graph.values["count"].format
    assert count.frac == 0
    assert count.hi >= graph.limits["nodes"]


def test_batch_equals_one_by_one_and_edge_order_does_not_matter() -> None:
    graph, samples = quantized()
    model = IntegerModel(graph)
    joined = model.run(samples).tensors["head"]
    single = torch.cat([model.run([sample]).tensors["head"] for sample in samples])
    rng = np.random.default_rng(1)
    shuffled = []
    for sample in samples:
        order = rng.permutation(len(sample["src"]))
        edges = {name: sample[name][order] for name in ("src", "dst", "edge_attr")}
        shuffled.append({**sample, **edges})
    assert torch.equal(joined, single)
    assert torch.equal(joined, model.run(shuffled).tensors["head"])


def test_every_code_is_an_integer_inside_its_format() -> None:
    graph, samples = quantized()
    run = IntegerModel(graph).run(samples, keep=True)
    for value in graph.values.values():
        if value.kind is Kind.REAL:
            codes = run.tensors[value.name]
            assert torch.equal(codes, codes.round())
            assert float(codes.min()) >= value.format.lo
            assert float(codes.max()) <= value.format.hi


def test_one_format_for_all() -> None:
    form = FixedType.parse("ap_fixed<16,6>")
    graph, _ = quantized(Precision(fixed=form))
    assert {v.type for v in graph.values.values() if v.kind is Kind.REAL} == {form}
    assert graph.params["up_0.weight"].type == form


def test_saturations_are_counted() -> None:
    graph, samples = quantized(Precision(fixed=FixedType.parse("ap_fixed<16,1>")))
    run = IntegerModel(graph).run(samples)
    assert run.saturations["agg_0"] > 0


def test_overrides_by_module_path() -> None:
    asked = Precision.parse({"up_1": {"output": "ap_fixed<20,8>", "weight": "ap_fixed<10,2>"}})
    graph, _ = quantized(asked)
    assert str(graph.values["up_1"].type) == "ap_fixed<20,8>"
    assert str(graph.values["up_0"].type) == "ap_fixed<20,8>"


def test_unknown_module_path_is_refused() -> None:
    with pytest.raises(PrecisionError, match="'nowhere', which is no module"):
        quantized(Precision.parse({"nowhere": "ap_fixed<16,6>"}))


def test_contradicting_overrides_are_refused() -> None:
    asked = Precision.parse({"up_0": "ap_fixed<16,6>", "up_1": "ap_fixed<16,7>"})
    with pytest.raises(PrecisionError, match="share one format"):
        quantized(asked)


def test_inexact_accumulator_is_refused() -> None:
    build = Builder()
    h = build("h", make("Convert"), "x")
    h = build("deep", make("Linear"), h, weight=[[1.0, 1.0]])
    wide = FixedType.parse("ap_fixed<32,2>")
    with pytest.raises(PrecisionError, match="can be held exactly"):
        quantize(build.graph(h), molecules(), Precision(fixed=wide))


@pytest.mark.parametrize(
    ("sign", "limit", "largest"), [(-1, 100.0, 4), (1, -100.0, 4), (1, 100.0, 512)]
)
def test_limits_out_of_reach_take_no_integer_bits(sign: int, limit: float, largest: int) -> None:
    """A minimum with 100 is a minimum with the largest number of the format; a maximum is not."""
    build = Builder((Value("x", "nodes", (2,)), Value("rows_nodes", "nodes", (), Kind.ROWS)))
    fill = build("limit", make("Fill", limit), "rows_nodes")
    graph = build.graph(build("y", make("Maximum", sign), "x", fill), limits={"nodes": 4})
    samples = [{"x": np.array([[1.0, -1.0], [0.5, 0.0]])}]
    typed = quantize(graph, samples, Precision())
    form = typed.values["y"].format
    assert form.hi * form.step < largest
    run = IntegerModel(typed).run(samples)
    real = run_real(graph, samples).tensors["y"]
    assert torch.equal(run.tensors["y"].double() * form.step, real.double())


def test_layers_that_share_weights_have_codes_of_their_own_formats() -> None:
    """The bias of the second use is aligned with other products than that of the first."""
    build = Builder((Value("x", "nodes", (2,)), Value("rows_nodes", "nodes", (), Kind.ROWS)))
    weight, bias = np.array([[30.0, -20.0], [11.0, 5.0]]), np.array([0.75, -3.5])
    h = build("first", make("Linear"), "x", weight=weight, bias=bias)
    build("second", make("Linear"), h, weight=weight, bias=bias)
    graph = build.graph("second", limits={"nodes": 4})
    last = replace(graph.nodes[1], params=graph.nodes[0].params)
    graph = graph.with_nodes((graph.nodes[0], last))
    samples = [{"x": np.array([[0.1, -0.07], [0.05, 0.02]])}]
    typed = quantize(graph, samples, Precision())
    forms = [typed.params[node.params["bias"]].format.frac for node in typed.nodes]
    assert forms[0] != forms[1]
    run, real = IntegerModel(typed).run(samples), run_real(graph, samples).tensors["second"]
    step = typed.values["second"].format.step
    assert float((run.tensors["second"].double() * step - real).abs().max()) < 0.05
