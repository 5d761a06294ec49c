"""Beside: reductions of joined rows, the last of which are one for every target."""

from __future__ import annotations

from dataclasses import replace

from gengnn.ops.add import Add
from gengnn.ops.algebra import Term
from gengnn.ops.compare import Compare
from gengnn.ops.convert import Convert
from gengnn.ops.fill import Fill
from gengnn.ops.iota import Iota
from gengnn.ops.maximum import Maximum
from gengnn.ops.reduction import Reduction
from gengnn.ops.select import Select


def beside(op: Reduction, first: Term, second: Term) -> Term | None:
    """What `op` makes of joined rows, from what it makes of the first and of the others.

    Each target has just one row of `second`, as with the loops that a layer adds to a graph: that
    row is an operand, and none that has to be reduced. None where that is not so.
    """
    x, index, rows = second.terms
    if not isinstance(index.op, Iota):
        return None
    if op.reduce == "sum":
        return Term.of(Add(), first, x)
    if op.reduce == "last":
        return x
    way = first.terms[1]
    one = Term.of(Convert(), Term.of(Compare("eq"), way, way))
    met = Term.of(replace(op, reduce="max"), one, way, rows)
    is_met = Term.of(Compare("gt"), met, Term.of(Fill(0.0), rows))
    known = Term.of(Select(), is_met, first, x)  # a 0 where no row meets is none of them
    return Term.of(Maximum(1 if op.reduce == "max" else -1), known, x)
