"""Products of matrices: contractions along static dimensions, each row by itself."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters, ascii_uppercase

from gengnn.frontend.aten.contraction import contract
from gengnn.frontend.aten.reduce import lower_sum
from gengnn.frontend.aten.shape import lower_permute, lower_transpose
from gengnn.frontend.builder import Builder
from gengnn.ops.add import lower_add
from gengnn.ops.affine import affine
from gengnn.ops.linear import dense
from gengnn.ops.lowering import Abstract, Const, LoweringError, Rowed, lowers, number, wrap_dim


@lowers("aten.linear.default")
def lower_linear(b: Builder, x: Abstract, weight: Abstract, bias: Abstract = None) -> Rowed:
    """The sum x W^T + b along the last dimension; further static dimensions share W."""
    if isinstance(weight, Const) and isinstance(bias, (Const, type(None))):
        return dense(b, x, weight, bias)
    many = ascii_letters[2 : len(b.sizes(x)) + 1]
    columns = "b" if len(b.sizes(weight)) > 1 else ""
    product = contract(b, x, weight, (many + "a", columns + "a", many + columns))
    return product if bias is None else lower_add(b, product, bias)


@lowers(
    *("aten.mm.default", "aten.bmm.default", "aten.mv.default", "aten.dot.default"),
    *("aten.matmul.default", "aten.linalg_matmul.default", "aten.vdot.default"),
)
def lower_matmul(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """The product x @ y; dimensions before the last two are a batch, and broadcast."""
    first, second = len(b.sizes(x)), len(b.sizes(y))
    if not first or not second:
        raise LoweringError("multiplies matrices with a single number", "use x * y")
    batch = ascii_uppercase[: max(first, second, 2) - 2]
    left = batch[len(batch) - max(first - 2, 0) :] + ("ik" if first > 1 else "k")
    right = batch[len(batch) - max(second - 2, 0) :] + ("kj" if second > 1 else "k")
    ends = ("i" if first > 1 else "") + ("j" if second > 1 else "")
    return contract(b, x, y, (left, right, batch + ends))


@lowers("aten.addmm.default", "aten.addmv.default", "aten.baddbmm.default")
def lower_addmm(
    b: Builder, bias: Abstract, x: Abstract, y: Abstract, *, beta: float = 1, alpha: float = 1
) -> Rowed:
    """The sum beta * bias + alpha * (x @ y)."""
    product = affine(b, lower_matmul(b, x, y), alpha, 0.0)
    if number(bias) is None:
        return lower_add(b, product, affine(b, bias, beta, 0.0))
    return lower_add(b, product, bias, alpha=beta)


@lowers("aten.mT.default", "aten.adjoint.default", "aten.matrix_H.default")
def lower_matrix_transpose(b: Builder, x: Abstract) -> Abstract:
    """The last two dimensions exchanged."""
    return lower_transpose(b, x, -2, -1)


@lowers("aten.outer.default", "aten.ger.default")
def lower_outer(b: Builder, x: Abstract, y: Abstract) -> Rowed:
    """Every entry of one vector times every entry of another."""
    return contract(b, x, y, ("i", "j", "ij"))


@lowers("aten.linalg_vecdot.default")
def lower_vecdot(b: Builder, x: Abstract, y: Abstract, *, dim: int = -1) -> Rowed:
    """The sum of x * y along a dimension."""
    first, second = len(b.sizes(x)), len(b.sizes(y))
    names = ascii_letters[: max(first, second)]
    out = names.replace(names[wrap_dim(dim, len(names))], "")
    return contract(b, x, y, (names[len(names) - first :], names[len(names) - second :], out))


@lowers("aten.tensordot.default")
def lower_tensordot(
    b: Builder, x: Abstract, y: Abstract, dims_self: Sequence[int], dims_other: Sequence[int]
) -> Rowed:
    """The sum of products over pairs of dimensions; the others of x come first, then those of y."""
    rank = len(b.sizes(x))
    left = ascii_letters[:rank]
    right = list(ascii_letters[rank : rank + len(b.sizes(y))])
    gone = [left[dim] for dim in dims_self]
    kept = [name for name in left if name not in gone]
    for name, dim in zip(gone, dims_other, strict=True):
        right[dim] = name
    kept += [name for name in right if name not in gone]
    return contract(b, x, y, (left, "".join(right), "".join(kept)))


@lowers("aten.bilinear.default")
def lower_bilinear(
    b: Builder, x: Abstract, y: Abstract, weight: Abstract, bias: Abstract = None
) -> Rowed:
    """The sum of x[i] W[o, i, j] y[j] over i and j, along the last dimension of x and y."""
    many = ascii_letters[3 : len(b.sizes(x)) + 2]
    if not isinstance(weight, Const):
        raise LoweringError("a bilinear form with computed weights", "write it as x @ w @ y")
    if weight.data.shape[1] >= weight.data.shape[2]:
        half = contract(b, x, weight, (many + "a", "cab", many + "cb"))
        product = contract(b, half, y, (many + "cb", many + "b", many + "c"))
    else:
        half = contract(b, y, weight, (many + "b", "cab", many + "ca"))
        product = contract(b, half, x, (many + "ca", many + "a", many + "c"))
    return product if bias is None else lower_add(b, product, bias)


@lowers("aten.einsum.default")
def lower_einsum(
    b: Builder, equation: str, operands: Sequence[Abstract], *, path: Abstract = None
) -> Abstract:
    """A sum of products written with a letter for each dimension; taken from left to right."""
    terms, out = _equation(equation, [len(b.sizes(x)) for x in operands])
    x, labels = operands[0], terms[0]
    for place, y in enumerate(operands[1:], start=1):
        needed = out if place == len(terms) - 1 else out + "".join(terms[place + 1 :])
        both = labels + terms[place]
        left = out if place == len(terms) - 1 else "".join(c for c in _once(both) if c in needed)
        x, labels = contract(b, x, y, (labels, terms[place], left)), left
    if labels == out:
        return x
    gone = [place for place, name in enumerate(labels) if name not in out]
    kept = [name for name in labels if name in out]
    summed = lower_sum(b, x, gone) if gone else x
    return lower_permute(b, summed, [kept.index(name) for name in out])


def _once(labels: str) -> str:
    return "".join(dict.fromkeys(labels))


def _equation(equation: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The labels of every operand and of the result; "..." becomes letters of its own."""
    given, arrow, out = equation.replace(" ", "").partition("->")
    terms = given.split(",")
    if len(terms) != len(ranks):
        raise LoweringError(f"einsum {equation!r} of {len(ranks)} tensors")
    spare = [name for name in ascii_letters if name not in equation]
    most = max((r - len(t) + 3 for t, r in zip(terms, ranks, strict=True) if "..." in t), default=0)
    rest = "".join(spare[:most])
    told = [
        term.replace("...", rest[most - (rank - len(term) + 3) :] if "..." in term else "")
        for term, rank in zip(terms, ranks, strict=True)
    ]
    if any(len(term) != rank for term, rank in zip(told, ranks, strict=True)):
        raise LoweringError(f"einsum {equation!r} of tensors of {list(ranks)} dimensions")
    if arrow:
        return told, out.replace("...", rest)
    every = "".join(told)
    alone = sorted(name for name in set(every) - set(rest) if every.count(name) == 1)
    return told, rest + "".join(alone)
