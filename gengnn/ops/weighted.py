"""What ops with trained constants share: one role multiplies the row, the other is added."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gengnn.fixed import FixedType, bits_for
from gengnn.ir import Param, Value
from gengnn.ops.base import Exact, Op, Site, codes_range
from gengnn.ops.facts import NOTHING, Facts


class Weighted(Op, ABC):
    """An op of one operand x with the roles (factor, addend).

    The addend has the binary point of the products, so that adding it is exact; it may be missing.
    """

    def param_type(
        self,
        role: str,
        data: NDArray[np.float64],
        width: int,
        known: Mapping[str, FixedType],
        asked: FixedType | None = None,
    ) -> FixedType:
        factor = self.roles[0]
        if role == factor:
            return super().param_type(role, data, width, known, asked)
        frac = known["x"].frac + known[factor].frac
        codes = np.rint(np.ldexp(data, frac))
        return FixedType(bits_for(int(codes.min()), int(codes.max())), frac)

    def facts(self, inputs: Sequence[Facts], params: Mapping[str, Param], is_same: bool) -> Facts:
        return Facts.sign(inputs) if all((p.data >= 0).all() for p in params.values()) else NOTHING

    def exact(
        self, values: Sequence[Value], params: Mapping[str, Param], limits: Mapping[str, int]
    ) -> Exact:
        frac = values[0].format.frac + params[self.roles[0]].format.frac
        low, high = self.interval([codes_range(values[0])], params, limits)
        return Exact(frac, int(low), int(high))

    def _widest(self, site: Site) -> Exact:
        """The exact range over all folded layers."""
        layers = [self.exact((*site.inputs, site.output), p, {}) for p in site.params]
        return Exact(layers[0].frac, min(e.lo for e in layers), max(e.hi for e in layers))

    def _factor_width(self, site: Site) -> int:
        """Bits of a factor, the same in all layers; of the widest if there are guests."""
        return max(params[self.roles[0]].format.width for params in site.turns)

    def _addend_width(self, site: Site) -> int:
        """Bits of the widest addend of all turns, 1 without any."""
        role = self.roles[1]
        return max((p[role].format.width for p in site.turns if role in p), default=1)
