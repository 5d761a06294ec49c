"""Places for the ops on maps into concat spaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gengnn.fixed import FixedType
from gengnn.ir import Kind
from tests.ops.cases import Case, bits, case, index, op


def cases() -> Iterator[Case]:
    """Maps into the first and into the second part of `both`, edges and then nodes."""
    first, second = index("nodes", "edges"), index("graphs", "nodes")
    wide = FixedType(5, 0, signed=False)
    whole = replace(index("nodes", "edges"), target="both", type=wide)
    yield case("prefix", op("Prefix", "both"), [first], whole)
    behind = replace(second, target="both", type=wide)
    yield case("offset", op("Offset", "both"), [second, bits("edges", Kind.ROWS)], behind)
