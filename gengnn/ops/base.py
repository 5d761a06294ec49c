"""What an op is: six answers about one row-wise or map operation."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gengnn.fixed import FixedType
from gengnn.ir import Kind, Param, Value
from gengnn.ops.algebra import Rules
from gengnn.ops.cost import (
    SHALLOW_DEPTH,
    Cost,
    address_bits,
    cast_cost,
    constants_cost,
    memory_bram18,
    memory_cost,
    memory_lut,
    outlet_cost,
)
from gengnn.ops.facts import NOTHING, Approximation, Facts
from gengnn.ops.site import Exact, Memory, Rows, Setting, Shape, Site
from gengnn.ops.timing import Arrivals, Turn, joined

Interval = tuple[float, float]
"""Lowest and highest value a tensor can take."""


@dataclass(frozen=True)
class Sorting:
    """How to sort the rows that an op reduces: `port` has the map along which it does.

    `order` makes positions of that map, `move` moves rows along positions, and `reduce` does what
    the op does on rows that were moved.
    """

    port: str
    order: Op
    move: Op
    reduce: Op


@dataclass(frozen=True)
class Op(Rules, ABC):
    """An operation on rows.

    Class attributes: `kernel` is the stem of the kernel files, of the HLS function and (with
    `gg_`) of the RTL module; `ports` the names of its streams in; `roles` of its parameters.
    """

    kernel: ClassVar[str]
    ports: ClassVar[tuple[str, ...]] = ("x",)
    roles: ClassVar[tuple[str, ...]] = ()
    whole_rows: ClassVar[bool] = False
    """The kernel needs every row in one beat."""
    fill_ports: ClassVar[tuple[str, ...]] = ()
    """Ports that are taken in whole before the first row comes out; such an op is a barrier."""
    multiplies: ClassVar[bool] = False
    """The unit is a matrix engine: the scheduler chooses its `parallel` and output lanes."""

    reads_early: ClassVar[bool] = False
    """Rows of the `fill_ports` are used as soon as they are there, where the order allows."""

    takes_beats: ClassVar[bool] = False
    """The unit works on the beats of a row as they come; `arrivals` knows when it needs which."""

    early_ports: ClassVar[Mapping[str, int]] = {}
    """Ports whose rows are needed so many cycles before those that other ports bring with them."""

    stored_ports: ClassVar[tuple[str, ...]] = ()
    """Ports whose rows, a whole graph of them, wait in the unit for those of the others."""

    held_ports: ClassVar[tuple[str, ...]] = ()
    """Ports that are not read before another port has ended."""

    sorted_ports: ClassVar[tuple[str, ...]] = ()
    """Ports whose integers never go down; whoever puts the op in promises it."""

    banks: ClassVar[int] = 0
    """Graphs that its memory holds while their results leave; 0 if that never holds one up."""

    one_port: ClassVar[bool] = False
    """Rows that come and rows that leave pass its memory one at a time."""

    @property
    def is_barrier(self) -> bool:
        """No row comes out before the last row of the `fill_ports` went in."""
        return bool(self.fill_ports)

    @property
    def keeps_graphs(self) -> bool:
        """Graphs that its unit took before can hold up the next one."""
        return self.banks > 0 or self.one_port

    @property
    def sees_order(self) -> bool:
        """The order of the rows that go in matters to more than the order of those that come out.

        Of a map that is read along, only its own order counts here.
        """
        return self.is_barrier

    @property
    def sorting(self) -> Sorting | None:
        """What brings the rows that it reduces to the order of their targets, if it is free."""
        return None

    @property
    def keeps_type(self) -> bool:
        """The op only moves codes: its result has the format of its REAL inputs."""
        return False

    def in_spaces(self, final: Callable[[str], str]) -> Op:
        """The op with `final` names of the spaces that its result points into."""
        return self

    @abstractmethod
    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        """Space, shape, kind, target and bound of the result (its name and type are ignored)."""

    @abstractmethod
    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        """The float meaning: tensors [rows, *shape] in, the same out; INDEX and MASK are int64.

        `values` describe the inputs and, last, the output.
        """

    @abstractmethod
    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        """The values the result can take; `limits` gives the row limit of each port's space."""

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        """Fraction bits and code range of the exact integer result.

        The default is for ops that only move codes, and for integers, which have the whole range
        of their format. `values` describe the inputs and, last, the output. An op whose result is
        exact in any output format (a table) reads that format; all others that compute must not.
        """
        moves = self.keeps_type or values[-1].kind is not Kind.REAL
        assert moves, f"{self} must tell its exact result"
        return Exact(values[-1].format.frac, values[-1].format.lo, values[-1].format.hi)

    def growth(self, limits: Mapping[str, int], seen: Mapping[str, int]) -> float:
        """How much larger the result may be in the largest graph than in calibration.

        Both give rows by port: the declared limits, and the largest calibration graph.
        """
        return 1.0

    def hint(self, inputs: Sequence[Value], limits: Mapping[str, int]) -> Exact | None:
        """The exact result where it depends on no choice of format, else None.

        `inputs` carry exact formats. The default serves ops without parameters that compute;
        ops that only move codes hand on what holds all of their REAL inputs.
        """
        real = [v.format for v in inputs if v.kind is Kind.REAL]
        if not self.keeps_type:
            return self.exact(inputs, {}, limits)
        frac = max(form.frac for form in real)
        low = min(form.lo << (frac - form.frac) for form in real)
        return Exact(frac, low, max(form.hi << (frac - form.frac) for form in real))

    def integer(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        """The integer meaning: exact result codes (a fresh float64 tensor) before the cast.

        `inputs` are float64 codes (INDEX and MASK: int64), `params` float64 codes; `values`
        describe the inputs and, last, the output. The default is the float meaning on codes.
        """
        return self.real(inputs, params, values, rows).double()

    def error(self, values: Sequence[Value]) -> float:
        """How far the exact result may be from the float meaning, in steps of the output."""
        return 0.0

    def approximation(self, values: Sequence[Value]) -> Approximation | None:
        """What the op computes only approximately, if it does; `values` as for `exact`."""
        return None

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        """What is known of the result's numbers, given that of the REAL inputs, in order.

        `is_same` says that all of them are one value.
        """
        return Facts.common(inputs) if self.keeps_type else NOTHING

    @property
    def fine_ports(self) -> tuple[str, ...]:
        """Ports on which small numbers matter as much as large ones: those of roots, logarithms."""
        return ()

    @property
    def is_steep(self) -> bool:
        """Small operands give large results and large ones small: an inverse."""
        return False

    @property
    def widens(self) -> bool:
        """The exact result has many more bits than each operand: a product, a sum of rows."""
        return False

    def kept_from(self, inputs: Sequence[str], more: Sequence[int]) -> Sequence[int]:
        """Places of operands whose further bits a wider result would keep.

        `inputs` names the operands, those at `more` have further bits.
        """
        return more if self.keeps_type else ()

    def place(self, inputs: Sequence[Tensor], values: Sequence[Value], rows: Rows) -> None:
        """Add the space that the op makes, if it makes one, to `rows`."""

    def param_type(
        self,
        role: str,
        data: NDArray[np.float64],
        width: int,
        known: Mapping[str, FixedType],
        asked: FixedType | None = None,
    ) -> FixedType:
        """The format of parameter `role`.

        `known` has the formats of the ports, of "y" and of earlier roles, `asked` what the user
        wants of weights.
        """
        return asked or fit_type(float(np.abs(data).max(initial=0.0)), width)

    def narrowed(self, values: Mapping[str, Value], most: int) -> dict[str, int] | None:
        """Lanes per beat of each port, at most `most`, where they are not simply the output's.

        `values` has the value of each port and "y".
        """
        return None

    @abstractmethod
    def kernel_params(self, site: Site) -> Mapping[str, Setting]:
        """The parameters of both kernels, by their UpperCamelCase names.

        A table is one flat vector of 32-bit words in RTL (entry 0 in the low bits), and a
        function of the position in C++.
        """

    def memories(self, site: Site) -> tuple[Memory, ...]:
        """The constant memories of the unit."""
        return ()

    @abstractmethod
    def cost(self, site: Site) -> Cost:
        """The resources and the speed of the unit."""

    def arrivals(self, at: Turn) -> Arrivals:
        """When the rows of a graph come out of the unit."""
        filled = [
            entry.end
            for port, entry in zip(self.ports, at.inputs, strict=True)
            if port in self.fill_ports
        ]
        rows = joined(at.inputs)
        return at.passed(rows.from_cycle(max(filled, default=0.0)))

    def comment(self, inputs: Sequence[Value], output: Value) -> str:
        """What the generated code says about the unit."""
        formats = " x ".join(str(v.format) for v in inputs if v.kind is Kind.REAL)
        lanes = "scalar" if output.features == 1 else f"{output.features} lanes"
        return (
            f"{self}: {lanes} per row of {output.space}, {formats or 'indices'} -> {output.format}"
        )

    def shapes(self, values: Sequence[Value], params: Mapping[str, Param]) -> list[Shape]:
        """What the scheduler may choose from if the op `multiplies`.

        Slowest and smallest first; `values` describe the inputs and, last, the output.
        """
        return []

    def port_lanes(
        self, params: Mapping[str, Param], shape: Shape, given: Mapping[str, int]
    ) -> dict[str, int]:
        """Lanes per beat of each port of a matrix unit of one of its `shapes`.

        `given` has the lanes of the streams that come in.
        """
        return {**given, "y": shape[2]}

    def streamed(self, params: Mapping[str, Param]) -> tuple[Op, Mapping[str, Param]] | None:
        """The op of the same meaning whose unit takes the beats of a row as they come, or None.

        `params` has this op's parameters by role; with the other op come its own.
        """
        return None

    def hosts(self, site: Site) -> bool:
        """Whether the unit of this op can also do the guests of `site`, whose lanes are not told.

        They come as single rows, in turns of their own.
        """
        return False

    def guest_costs(self, site: Site) -> tuple[Cost, ...]:
        """The speed of the unit at each guest's row."""
        return ()

    def lanes_taken(self) -> tuple[int, int] | None:
        """First lane and one past the last, if the result is just these lanes of the input."""
        return None

    def bypass(self) -> Op | None:
        """An op of the same signature that changes nothing, where there is one."""
        return None

    def absent(self, port: str, shape: tuple[int, ...]) -> Op | None:
        """The op on ROWS whose rows, on `port`, let the other operand pass; None if none does."""
        return None

    def signature(self) -> object:
        """What must be equal for two nodes to share one unit."""
        return (type(self), tuple(getattr(self, f.name) for f in fields(self)))

    def __str__(self) -> str:
        """Name and attributes."""
        told = ", ".join(f"{f.name}={getattr(self, f.name)}" for f in fields(self))
        return type(self).__name__ + (f"[{told}]" if told else "")


def cast_params(exact: Exact, to: FixedType) -> dict[str, int]:
    """The parameters of the cast at the end of a kernel: WidthAcc bits in, WidthY bits out."""
    return {
        "WidthAcc": exact.width,
        "WidthY": to.width,
        "Shift": exact.frac - to.frac,
        "Rounding": to.rounding.code,
        "Overflow": to.overflow.code,
    }


def fit_type(largest: float, width: int) -> FixedType:
    """The signed format of `width` bits with the most fraction bits that holds +-`largest`."""
    if largest == 0.0:
        return FixedType(width, width - 1)
    frac = width - 1 - math.frexp(largest)[1]
    if round(math.ldexp(largest, frac)) > (1 << (width - 1)) - 1:
        frac -= 1
    return FixedType(width, frac)


def codes_range(value: Value) -> tuple[int, int]:
    """The codes a stream can carry."""
    return value.format.lo, value.format.hi


__all__ = [
    "SHALLOW_DEPTH",
    "Approximation",
    "Cost",
    "Exact",
    "Interval",
    "Memory",
    "Op",
    "Rows",
    "Setting",
    "Shape",
    "Site",
    "address_bits",
    "cast_cost",
    "cast_params",
    "codes_range",
    "constants_cost",
    "fit_type",
    "memory_bram18",
    "memory_cost",
    "memory_lut",
    "outlet_cost",
]
