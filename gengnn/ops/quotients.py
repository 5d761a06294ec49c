"""Quotients: rows that are divided by a number of their target before they are added up."""

from __future__ import annotations

from gengnn.ops.algebra import Term
from gengnn.ops.divide import Divide
from gengnn.ops.gather import Gather
from gengnn.ops.mul import Mul


def after(made: Term) -> Term | None:
    """Add up a / s[i] as (sum of a) / s, for a sum `made` along the map i.

    A softmax over neighbours is such a sum: it then divides once per target, and does not wait
    for the divisor before it adds. Where s is 0 both are 0. Quotients with other readers stay:
    every sum would divide anew.
    """
    x, index, rows = made.terms
    found = _divided(x, index)
    if found is None or made.op is None:
        return None
    dividend, divisor = found
    total = Term.of(made.op, dividend, index, rows)
    return Term.of(Divide(is_mean=True), total, divisor)


def _divided(x: Term, index: Term) -> tuple[Term, Term] | None:
    """The a and s of a value that is a / s[index], for nobody else."""
    if x.readers > 1:
        return None
    if isinstance(x.op, Divide):
        a, b = x.terms
        is_own = isinstance(b.op, Gather) and b.terms[1].value.name == index.value.name
        return (a, b.terms[0]) if is_own else None
    if isinstance(x.op, Mul):
        for place, factor in enumerate(x.terms):
            found = _divided(factor, index)
            if found is not None:
                pair = list(x.terms)
                pair[place] = found[0]
                return Term.of(x.op, *pair), found[1]
    if x.op is not None and len(x.terms) == 1:
        inner = x.terms[0]
        told = x.op.row_map(inner.value, x.params)
        found = _divided(inner, index) if told is not None and told.is_wiring else None
        if found is not None and found[0].value.features == found[1].value.features:
            return Term.of(x.op, found[0]), Term.of(x.op, found[1])
    return None
