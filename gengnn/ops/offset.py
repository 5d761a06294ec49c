"""Offset and Prefix: maps into one part of a concat space, as maps into the whole."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import Tensor

from gengnn.ir import Param, Value
from gengnn.ops.base import Cost, Interval, Op, Rows, Site
from gengnn.ops.timing import Arrivals, Turn


@dataclass(frozen=True)
class _Inclusion(Op, ABC):
    """A map x into the space `target`, one of whose parts is the space that x led into."""

    target: str

    def infer(self, inputs: Sequence[Value], params: Mapping[str, Param]) -> Value:
        return replace(inputs[0], target=self.target, bound=None)

    def in_spaces(self, final: Callable[[str], str]) -> Op:
        return replace(self, target=final(self.target))

    def kernel_params(self, site: Site) -> dict[str, int]:
        return {"WidthX": site.inputs[0].format.width, "Width": site.output.format.width}


@dataclass(frozen=True)
class Offset(_Inclusion):
    """y = x + the rows of another space: the map x into the second part of the space `target`."""

    kernel: ClassVar[str] = "offset"
    ports: ClassVar[tuple[str, ...]] = ("x", "rows")
    held_ports: ClassVar[tuple[str, ...]] = ("x",)

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0] + rows.size(values[1].space)

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0][0], inputs[0][1] + limits["rows"]

    def arrivals(self, at: Turn) -> Arrivals:
        """The rows of the other space are counted first."""
        return at.passed(at.inputs[0].from_cycle(at.inputs[1].end))

    def cost(self, site: Site) -> Cost:
        width = site.output.format.width
        return Cost(lut=2 * width + 6, ff=2 * width + 3, latency=1)


@dataclass(frozen=True)
class Prefix(_Inclusion):
    """y = x: the map x into the first part of the space `target`."""

    kernel: ClassVar[str] = "prefix"

    def real(
        self,
        inputs: Sequence[Tensor],
        params: Mapping[str, Tensor],
        values: Sequence[Value],
        rows: Rows,
    ) -> Tensor:
        return inputs[0].clone()

    def interval(
        self, inputs: Sequence[Interval], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Interval:
        return inputs[0]

    def cost(self, site: Site) -> Cost:
        return Cost(latency=0)
