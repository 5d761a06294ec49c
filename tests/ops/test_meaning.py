"""The integer meaning of every op is its float meaning, rounded once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from gengnn.errors import GengnnError
from gengnn.fixed import FixedType, Overflow, Rounding
from gengnn.ir import Kind, Value
from gengnn.ops import REGISTRY
from gengnn.ops.base import Rows
from gengnn.ops.reduction import Reduction
from gengnn.ops.scatter import Scatter
from gengnn.ops.segment import Segment
from tests.ops.cases import Case, Inputs, cases

CASES = {case.name: case for case in cases() if case.site.output.format.overflow is Overflow.SAT}

NEAREST = (Rounding.RND, Rounding.RND_CONV)


def test_every_op_has_a_case() -> None:
    assert {type(case.op) for case in cases()} == set(REGISTRY.values())


def float_meaning(case: Case, inputs: Inputs, layer: int) -> np.ndarray:
    """The float result in steps of the output format, saturated."""
    entry, rows, tensors = case.site.ops[layer], Rows({}, 1), []
    for port, value in zip(entry.ports, case.site.inputs, strict=True):
        codes = torch.from_numpy(inputs[port])
        rows.graph_of[value.space] = torch.zeros(len(codes), dtype=torch.int64)
        shaped = codes.reshape(-1, *value.shape)
        scaled = shaped.to(torch.float64) * value.format.step
        tensors.append(scaled if value.kind is Kind.REAL else shaped)
    params = {
        role: torch.from_numpy(param.data) * param.format.step
        for role, param in case.site.params[layer].items()
    }
    entry.place(tensors, case.values, rows)
    told = entry.real(tensors, params, case.values, rows).to(torch.float64)
    form = case.site.output.format
    return (told.reshape(-1, case.site.output.features) / form.step).clamp(form.lo, form.hi).numpy()


@pytest.mark.parametrize("name", CASES)
def test_integer_meaning_is_within_half_a_step_of_the_float_one(name: str) -> None:
    case = CASES[name]
    allowed = 0.5 if case.site.output.format.rounding in NEAREST else 1.0
    allowed += case.op.error(case.values)
    for number, inputs in enumerate(case.graphs(seed=3)):
        layer = number % len(case.site.params)
        error = np.abs(case.expected(inputs, layer) - float_meaning(case, inputs, layer))
        is_defined = ~np.isnan(error)  # the logarithm of a negative number is not
        assert error.max(initial=0.0, where=is_defined) <= allowed + 1e-9


def test_a_streamed_op_means_the_same() -> None:
    """A matrix unit for beats as they come gives the codes of the one for whole rows."""
    found = 0
    for case in CASES.values():
        for number, inputs in enumerate(case.graphs(seed=5)):
            layer = number % len(case.site.params)
            told = case.site.ops[layer].streamed(case.site.params[layer])
            if told:
                site = replace(case.site, ops=(told[0],), params=(told[1],))
                other = replace(case, site=site)
                assert (other.expected(inputs, 0) == case.expected(inputs, layer)).all()
                found += 1
    assert found > 0


def test_format_of_a_case_is_signed() -> None:
    assert all(
        isinstance(value.format, FixedType) and value.format.signed == (value.kind is Kind.REAL)
        for case in cases()
        for value in case.values
    )


def test_a_host_takes_only_what_its_sums_have_room_for() -> None:
    """Two guests whose points lie so far apart that one accumulator would be too wide."""
    site = CASES["linear_guests_whole"].site
    assert site.ops[0].hosts(site)
    far = replace(site.guests[0].output.format, frac=site.guests[0].output.format.frac - 40)
    guest = replace(site.guests[0], output=replace(site.guests[0].output, type=far))
    assert not site.ops[0].hosts(replace(site, guests=(guest, site.guests[1])))


def test_a_host_takes_no_larger_layer() -> None:
    site = CASES["linear_guests_whole"].site
    wide = replace(site.guests[0].output, shape=(site.output.features + 1,))
    assert not site.ops[0].hosts(replace(site, guests=(replace(site.guests[0], output=wide),)))


@pytest.mark.parametrize("op", [Scatter("max"), Segment("sum")])
def test_reductions_take_numbers(op: Reduction) -> None:
    index, rows = Value("to", "edges", (), Kind.INDEX, target="nodes"), Value("n", "nodes")
    mask = Value("is_met", "edges", (), Kind.MASK)
    with pytest.raises(GengnnError, match=r"reduces numbers, not %is_met: .*: convert it first"):
        op.infer([mask, index, rows], {})
    assert op.infer([replace(mask, kind=Kind.REAL), index, rows], {}).space == "nodes"
