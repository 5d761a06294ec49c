"""Places of products of matrices in each row: one per way of cutting them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gengnn.fixed import FixedType, bits_for
from gengnn.ir import Param
from gengnn.ops.grouped import Grouped
from gengnn.ops.matmul import Matmul
from tests.ops.cases import Case, case, real

PLACES = {
    "slow": (Matmul(2, 3, 4, 6), 1, 2),
    "single": (Matmul(1, 1, 5, 3), 1, 1),
    "columns": (Matmul(1, 1, 4, 6), 1, 6),
    "inner": (Matmul(2, 3, 6, 2), 3, 2),
    "rows": (Matmul(2, 4, 3, 2), 3, 4),
    "batch": (Matmul(4, 2, 2, 3), 2, 12),
    "whole": (Matmul(2, 2, 3, 2), 3, 8),
    "dots": (Matmul(3, 1, 4, 1), 2, 1),
    "outer": (Matmul(1, 3, 1, 4), 1, 2),
    "matvec": (Matmul(1, 4, 3, 1), 1, 1),
}
"""The op, the products summed per cycle and the results at once."""


def place(name: str, op: Matmul, parallel: int, lanes: int, forms: tuple[str, str, str]) -> Case:
    """A case of `op`; `forms` are the formats of a, w and y."""
    left, right = op.batch * op.rows * op.inner, op.batch * op.inner * op.columns
    a, w = real("edges", left, forms[0]), real("edges", right, forms[1])
    y = real("edges", op.batch * op.rows * op.columns, forms[2])
    ports = op.port_lanes({}, (1, parallel, lanes), {})
    return case(f"matmul_{name}", op, [a, w], y, ports, parallel=parallel)


GROUPS = {
    "slow": ((2, 3, 4, 6), 1, 2, 3),
    "inner": ((2, 2, 6, 2), 3, 2, 1),
    "rows": ((3, 4, 3, 2), 3, 4, 2),
    "batch": ((4, 2, 2, 3), 2, 12, 3),
    "whole": ((2, 2, 3, 2), 3, 8, 1),
    "dots": ((3, 1, 4, 1), 2, 1, 2),
    "shared": ((1, 4, 2, 3), 2, 3, 1),
    "single": ((1, 1, 3, 4), 1, 1, 3),
}
"""Batch, copies, inputs and outputs of a group; terms per cycle, results at once; layers."""


def grouped(name: str, form: str = "ap_fixed<16,9>", has_bias: bool = True) -> Case:
    """A case of GROUPS with random weights of 16 bits."""
    (batch, copies, inner, columns), parallel, lanes, layers = GROUPS[name]
    rng = np.random.default_rng(2)
    params = []
    for _ in range(layers):
        codes = rng.integers(-(1 << 15), 1 << 15, (batch, inner, columns)).astype(np.float64)
        layer = {"weight": Param(codes, FixedType(16, 12))}
        bias = rng.integers(-(1 << 21), 1 << 21, (batch, copies, columns)).astype(np.float64)
        width = bits_for(int(bias.min()), int(bias.max()))
        params.append(layer | ({"bias": Param(bias, FixedType(width, 22))} if has_bias else {}))
    op = Grouped(copies)
    x = real("nodes", batch * copies * inner)
    y = real("nodes", batch * copies * columns, form)
    ports = op.port_lanes(params[0], (1, parallel, lanes), {})
    suffix = "" if has_bias else "_without_bias"
    return case(f"grouped_{name}{suffix}", op, [x], y, ports, params, parallel)


def cases() -> Iterator[Case]:
    """Every place of PLACES, another format, and sums too wide for one carry chain."""
    usual = ("ap_fixed<16,6>", "ap_fixed<12,3>", "ap_fixed<16,9>")
    for name, (op, parallel, lanes) in PLACES.items():
        yield place(name, op, parallel, lanes, usual)
    narrow = ("ap_fixed<8,3>", "ap_fixed<10,2>", "ap_fixed<9,4,AP_TRN,AP_WRAP>")
    yield place("narrow", Matmul(1, 2, 7, 2), 7, 2, narrow)
    finer = ("ap_fixed<8,3>", "ap_fixed<6,2>", "ap_fixed<24,8>")
    yield place("finer", Matmul(1, 1, 4, 4), 2, 4, finer)
    wide = ("ap_fixed<24,10>", "ap_fixed<20,6>", "ap_fixed<30,18>")
    yield place("wide", Matmul(1, 2, 8, 6), 1, 3, wide)
    yield place("wide_whole", Matmul(1, 2, 8, 2), 8, 2, wide)
    for name in GROUPS:
        yield grouped(name)
    yield grouped("slow", "ap_fixed<24,12>", has_bias=False)
