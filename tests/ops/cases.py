"""One or more places for every op: what both kernel libraries are tested on."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gengnn.fixed import FixedType, Overflow, Rounding, bits_for, cast_codes, unsigned_bits
from gengnn.ir import Kind, Param, Value
from gengnn.ops import REGISTRY
from gengnn.ops.base import Op, Rows, Site
from gengnn.ops.site import guest_places

Codes = NDArray[np.int64]
Inputs = Mapping[str, Codes]
"""The codes [rows, features] of every port for one graph; ROWS ports have zeros [rows, 1]."""

LIMITS = {"nodes": 9, "edges": 17, "graphs": 2, "kept": 17, "both": 26}
"""The most rows of each space."""

SIZES = ((5, 9, 1), (0, 0, 1), (1, 0, 1), (9, 17, 2), (1, 17, 2), (3, 4, 0))
"""Nodes, edges and graphs of the test graphs; six, so that two or three folded layers fit."""

SPACES = ("nodes", "edges", "graphs")


@dataclass(frozen=True)
class Case:
    """One unit; `site.ops` holds the op of each folded layer."""

    name: str
    site: Site

    @property
    def op(self) -> Op:
        """The op of layer 0."""
        return self.site.ops[0]

    @property
    def values(self) -> tuple[Value, ...]:
        """The inputs and, last, the output."""
        return (*self.site.inputs, self.site.output)

    def graphs(self, seed: int = 0) -> list[Inputs]:
        """Random graphs of SIZES; graph k meets layer k modulo the folded layers."""
        rng = np.random.default_rng(seed)
        return [self._graph(rng, dict(zip(SPACES, sizes, strict=True))) for sizes in SIZES]

    def _graph(self, rng: np.random.Generator, sizes: dict[str, int]) -> Inputs:
        found = {}
        for port, value in zip(self.op.ports, self.site.inputs, strict=True):
            most = sizes[value.target] if value.target else value.bound
            rows = sizes[value.space]
            if value.target and most == 0:
                rows = sizes[value.space] = 0
            found[port] = _codes(rng, value, rows, most)
        for port in self.op.sorted_ports:
            found[port] = np.sort(found[port], axis=0)
        return found

    def expected(self, inputs: Inputs, layer: int) -> Codes:
        """The codes [rows, features] that the integer meaning gives in one folded layer.

        The layers behind the last one are guests: their features are in some lanes of the row,
        the other lanes of the result are zero.
        """
        if layer >= len(self.site.params):
            return self._of_guest(inputs, self.site.guests[layer - len(self.site.params)])
        op, output = self.site.ops[layer], self.site.output
        rows = Rows({}, 1)
        tensors = []
        for port, value in zip(op.ports, self.site.inputs, strict=True):
            codes = torch.from_numpy(inputs[port])
            rows.graph_of[value.space] = torch.zeros(len(codes), dtype=torch.int64)
            shaped = codes.reshape(-1, *value.shape)
            tensors.append(shaped.to(torch.float64) if value.kind is Kind.REAL else shaped)
        params = {k: torch.from_numpy(p.data) for k, p in self.site.params[layer].items()}
        op.place(tensors, self.values, rows)
        result = op.integer(tensors, params, self.values, rows).to(torch.float64)
        if output.kind is Kind.REAL and not op.keeps_type:
            exact = op.exact(self.values, self.site.params[layer], self.site.max_rows)
            result, _ = cast_codes(result, exact.frac, output.format)
        return result.reshape(-1, output.features).numpy().astype(np.int64)

    def _of_guest(self, inputs: Inputs, guest: Site) -> Codes:
        lanes, values = self.site.lanes, (guest.inputs[0], guest.output)
        taken, made = (
            guest_places(value.features, guest.lanes[port], lanes[port])
            for port, value in zip(("x", "y"), values, strict=True)
        )
        own = Case(self.name, guest).expected({"x": inputs["x"][:, taken]}, 0)
        full = np.zeros((len(own), self.site.output.features), dtype=np.int64)
        full[:, made] = own
        return full


def _codes(rng: np.random.Generator, value: Value, rows: int, most: int | None) -> Codes:
    """Random codes, both ends of the format among them."""
    form = value.format
    if value.kind is Kind.ROWS:
        return np.zeros((rows, 1), dtype=np.int64)
    high = form.hi if most is None else min(form.hi, most - 1)
    codes = rng.integers(form.lo, max(high, 0), (rows, value.features), endpoint=True)
    ends = rng.integers(0, 12, codes.shape)
    return np.where(ends == 0, form.lo, np.where(ends == 1, max(high, 0), codes))


def real(space: str, features: int, form: str = "ap_fixed<16,6>") -> Value:
    return Value("v", space, (features,), type=FixedType.parse(form))


def index(space: str, target: str | None = None, bound: int = 0, features: int = 1) -> Value:
    width = unsigned_bits((LIMITS[target] if target else bound) - 1)
    shape = () if features == 1 else (features,)
    form = FixedType(width, 0, signed=False)
    return Value("v", space, shape, Kind.INDEX, target, bound or None, form)


def bits(space: str, kind: Kind = Kind.MASK) -> Value:
    return Value("v", space, (), kind, type=FixedType(1, 0, signed=False))


def case(
    name: str,
    op: Op | Sequence[Op],
    inputs: Sequence[Value],
    output: Value,
    lanes: int | Mapping[str, int] = 0,
    params: Sequence[Mapping[str, Param]] = (),
    parallel: int = 1,
) -> Case:
    """A case; `lanes` 0 means whole rows, a number the lanes of every multi-lane port."""
    ops = (op,) if isinstance(op, Op) else tuple(op)
    layers = tuple(params) or ({},) * len(ops)
    ports = dict(zip((*ops[0].ports, "y"), (*inputs, output), strict=True))
    if isinstance(lanes, int):
        lanes = {p: min(lanes or v.features, v.features) for p, v in ports.items()}
    most = {p: LIMITS[v.space] for p, v in ports.items()}
    ops = ops * len(layers) if len(ops) == 1 else ops
    return Case(name, Site(tuple(inputs), output, lanes, layers, most, parallel, ops))


def _param(rng: np.random.Generator, shape: tuple[int, ...], width: int, frac: int) -> Param:
    form = FixedType(width, frac)
    return Param(rng.integers(form.lo, form.hi, shape, endpoint=True).astype(np.float64), form)


def _with_bias(
    rng: np.random.Generator, roles: tuple[str, str], shapes: Sequence[tuple[int, ...]], frac: int
) -> dict[str, Param]:
    """A weight with 12 fraction bits and a bias in the format of the products."""
    weight, bias = roles
    added = _param(rng, shapes[1], 22, frac + 12)
    codes = added.data
    form = FixedType(bits_for(int(codes.min()), int(codes.max())), frac + 12)
    return {weight: _param(rng, shapes[0], 16, 12), bias: Param(codes, form)}


def op(name: str, *args: object) -> Op:
    return REGISTRY[name](*args)


def cases() -> list[Case]:
    """Every case, those of the `cases_*.py` beside this file too.

    Names are unique and start with the kernel's.
    """
    beside = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
    modules = [importlib.import_module(f"tests.ops.{stem}") for stem in beside]
    own = [*matrix_cases(), *pair_cases(), *row_cases(), *map_cases(), *space_cases()]
    return [*own, *(entry for module in modules for entry in module.cases())]


def matrix_cases() -> Iterator[Case]:
    """Linear, Affine and Embedding, alone and folded."""
    rng = np.random.default_rng(1)
    shapes = {"whole": (6, 4, 6, 6, 4), "slow": (6, 4, 3, 1, 2), "odd": (10, 6, 2, 4, 3)}
    for name, (fin, fout, lanes_x, parallel, lanes_y) in shapes.items():
        params = [
            _with_bias(rng, ("weight", "bias"), ((fout, fin), (fout,)), 10)
            for _ in range(3 if name == "odd" else 1)
        ]
        x, y = real("nodes", fin), real("nodes", fout, "ap_fixed<16,9>")
        lanes = {"x": lanes_x, "y": lanes_y}
        yield case(f"linear_{name}", op("Linear"), [x], y, lanes, params, parallel)
    yield from guest_cases(rng)
    no_bias = [{"weight": _param(rng, (5, 3), 8, 7)}]
    x, y = real("edges", 3, "ap_fixed<8,3>"), real("edges", 5, "ap_fixed<12,4,AP_TRN,AP_WRAP>")
    yield case("linear_narrow", op("Linear"), [x], y, 0, no_bias, 2)
    scales = [_with_bias(rng, ("scale", "shift"), ((6,), (6,)), 10) for _ in range(2)]
    x, y = real("nodes", 6), real("nodes", 6, "ap_fixed<16,8,AP_RND_CONV,AP_SAT>")
    yield case("affine", op("Affine"), [x], y, 0, scales[:1])
    yield case("affine_folded", op("Affine"), [x], y, 2, scales)
    for bits, codes in ((2, [1, -1, 0, -2, 1, -1]), (1, [0, -1, -1, 0, -1, 0])):
        scale = Param(np.array(codes, dtype=np.float64), FixedType(bits, 1))
        shift = Param(np.arange(-3.0, 3.0), FixedType(3, x.format.frac + 1))
        yield case(
            f"affine_signs{bits}", op("Affine"), [x], y, 3, [{"scale": scale, "shift": shift}]
        )
    tables = [{"table": _param(rng, (7, 6), 16, 10)} for _ in range(3)]
    x, y = index("nodes", bound=7), real("nodes", 6)
    yield case("embedding", op("Embedding"), [x], y, 0, tables[:1])
    yield case("embedding_folded", op("Embedding"), [x], y, {"index": 1, "y": 3}, tables)


def guest_cases(rng: np.random.Generator) -> Iterator[Case]:
    """A matrix unit of two layers with two guests, whose sums go up by different numbers of bits.

    The result of one guest is a block and takes fewer steps, that of the other is several.
    """

    def dense(inputs: int, outputs: int) -> dict[str, Param]:
        return _with_bias(rng, ("weight", "bias"), ((outputs, inputs), (outputs,)), 10)

    x, y = real("nodes", 10), real("nodes", 6, "ap_fixed<16,9>")
    small = {"weight": _param(rng, (2, 4), 14, 12)}
    own = [dense(10, 6), dense(10, 6)]
    for name, lanes, parallel, short, long in (
        ("whole", {"x": 10, "y": 3}, 2, {"x": 4, "y": 2}, {"x": 8, "y": 2}),
        ("beats", {"x": 5, "y": 2}, 4, {"x": 4, "y": 2}, {"x": 4, "y": 2}),
        ("even", {"x": 2, "y": 6}, 10, {"x": 2, "y": 2}, {"x": 2, "y": 4}),
    ):
        told = case(f"linear_guests_{name}", op("Linear"), [x], y, lanes, own, parallel)
        guests = tuple(
            case("", op("Linear"), [real("nodes", f)], real("nodes", o, form), each, [params]).site
            for f, o, form, each, params in (
                (4, 2, "ap_fixed<16,7>", short, small),
                (8, 4, "ap_fixed<16,6>", long, dense(8, 4)),
            )
        )
        yield replace(told, site=replace(told.site, guests=guests))


def pair_cases() -> Iterator[Case]:
    """The two-operand row ops, aligned and broadcast."""
    wide, narrow = real("nodes", 6), real("nodes", 6, "ap_fixed<12,3>")
    one = real("nodes", 1, "ap_fixed<12,3>")
    out = real("nodes", 6, "ap_fixed<14,5>")
    yield case("add", op("Add", 1), [wide, narrow], out)
    yield case("add_subtract", op("Add", -1), [narrow, wide], out, 2)
    yield case("add_broadcast", op("Add", 1), [one, wide], out, 2)
    yield case("mul", op("Mul"), [wide, narrow], out)
    yield case("mul_broadcast", op("Mul"), [wide, one], out, 3)
    same = real("nodes", 1)
    yield case("maximum", op("Maximum", 1), [wide, wide], wide)
    yield case("maximum_minimum", op("Maximum", -1), [wide, same], wide, 2)
    yield case("concat", op("Concat"), [wide, real("nodes", 3)], real("nodes", 9))
    for relation in ("eq", "ne", "lt", "le", "gt", "ge"):
        both = [index("edges", "nodes"), index("edges", "nodes")]
        yield case(f"compare_{relation}", op("Compare", relation), both, bits("edges"))
    reals = [real("edges", 1, "ap_fixed<4,2>")] * 2
    yield case("compare_real", op("Compare", "lt"), reals, bits("edges"))


def row_cases() -> Iterator[Case]:
    """The one-operand row ops."""
    x, narrow = real("nodes", 6), real("nodes", 6, "ap_fixed<10,4>")
    layers = [op("Relu", True), op("Relu", False), op("Relu", True)]
    yield case("relu", layers[:1], [x], x)
    yield case("relu_folded", layers, [x], x, 2)
    yield case("leaky_relu", op("LeakyRelu", 0.2), [x], narrow, 3)
    yield case("logical_not", op("Not"), [bits("edges")], bits("edges"))
    yield case("slice", op("Slice", 1, 5), [x], real("nodes", 4))
    words = index("nodes", bound=50, features=4)
    yield case("slice_index", op("Slice", 2, 3, True), [words], index("nodes", bound=50))
    yield case("table_sigmoid", op("Table", "sigmoid"), [x], narrow, 2)
    yield case("table_exp", op("Table", "exp"), [x], real("nodes", 6, "ap_fixed<16,12>"))
    degree, inverse = real("nodes", 1, "ap_fixed<9,9>"), real("nodes", 1, "ap_fixed<16,2>")
    yield case("table_direct", op("Table", "rsqrt"), [degree], inverse)
    yield case("convert_index", op("Convert"), [words], real("nodes", 4, "ap_fixed<16,8>"))
    yield case("convert_wider", op("Convert"), [narrow], real("nodes", 6, "ap_fixed<18,4>"), 2)


def cast_cases() -> Iterator[Case]:
    """Every rounding with every overflow."""
    x = real("nodes", 4, "ap_fixed<10,5>")
    for rounding in Rounding:
        for overflow in Overflow:
            y = real("nodes", 4, f"ap_fixed<6,4,AP_{rounding},AP_{overflow}>")
            name = f"convert_{rounding}_{overflow}".lower()
            yield case(name, op("Convert"), [x], y)


def map_cases() -> Iterator[Case]:
    """Gather and Scatter."""
    x, there, rows = real("edges", 6), index("edges", "nodes"), bits("nodes", Kind.ROWS)
    y = real("nodes", 6)
    yield case("gather", op("Gather"), [y, there], x)
    yield case("gather_narrow", op("Gather"), [y, there], x, 2)
    yield case(
        "gather_index", op("Gather"), [index("nodes", "graphs"), there], index("edges", "graphs")
    )
    total = real("nodes", 6, "ap_fixed<16,10>")
    yield case("scatter_sum", op("Scatter", "sum"), [x, there, rows], total)
    yield case("scatter_sum_narrow", op("Scatter", "sum"), [x, there, rows], total, 2)
    yield case("segment_sum", op("Segment", "sum"), [x, there, rows], total)
    yield case("segment_sum_narrow", op("Segment", "sum"), [x, there, rows], total, 2)
    for reduce in ("max", "min"):
        yield case(f"segment_{reduce}", op("Segment", reduce), [x, there, rows], y, 3)
    for reduce in ("max", "min", "last"):
        yield case(f"scatter_{reduce}", op("Scatter", reduce), [x, there, rows], y, 3)
    own, kept = index("edges", "edges"), index("nodes", "edges")
    yield case("scatter_last_index", op("Scatter", "last"), [own, there, rows], kept)


def space_cases() -> Iterator[Case]:
    """The ops that make rows, drop them or join them."""
    x, rows = real("edges", 6), bits("nodes", Kind.ROWS)
    yield case("iota", op("Iota"), [rows], index("nodes", "nodes"))
    yield case("order", op("Order"), [index("edges", "nodes")], index("edges", "edges"))
    yield case("fill_owner", op("Owner"), [rows], index("nodes", "graphs"))
    yield case("fill", op("Fill", -1.5), [rows], Value("v", "nodes", type=FixedType(16, 10)))
    mask = Value("v", "nodes", (), Kind.MASK, type=FixedType(1, 0, signed=False))
    yield case("fill_mask", op("Fill", 1, Kind.MASK), [rows], mask)
    wide = Value("v", "nodes", (6,), type=FixedType(16, 10))
    yield case("fill_wide", op("Fill", -1.5, Kind.REAL, (6,)), [rows], wide)
    yield case("fill_beats", op("Fill", -1.5, Kind.REAL, (6,)), [rows], wide, 2)
    yield case("filter", op("Filter", "kept"), [x, bits("edges")], real("kept", 6), 2)
    there = index("edges", "nodes")
    kept = Value("v", "kept", (), Kind.INDEX, "nodes", None, there.type)
    yield case("filter_index", op("Filter", "kept"), [there, bits("edges")], kept)
    both = [x, real("nodes", 6)]
    yield case("concat_rows", op("ConcatRows", "both"), both, real("both", 6), 3)
