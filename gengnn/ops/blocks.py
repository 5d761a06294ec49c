"""Blocks: matrices that are, lanes rearranged, smaller ones along a diagonal of zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gengnn.ops.algebra import Array, Term
from gengnn.ops.grouped import Grouped
from gengnn.ops.lanes import Lanes

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Block:
    """A part [J, K] of a matrix: its rows `outputs` meet only its columns `inputs`."""

    outputs: Places
    inputs: Places
    matrix: Array


def in_groups(made: Term) -> Term | None:
    """A dense layer as dense layers on groups of its lanes; None where there is one group.

    The layer has a weight [FO, FI] and perhaps a bias [FO]. Blocks of one matrix stand together,
    so that it is kept once; where lanes only move there is none.
    """
    weight, (x,) = made.params["weight"], made.terms
    blocks = _alike(_blocks(weight))
    if not blocks:
        return None
    has_bias = "bias" in made.params
    if blocks[0][0].inputs.size == 1 and set(weight.flat) == {0.0, 1.0} and not has_bias:
        return Term.of(Lanes(tuple(weight.argmax(axis=1).tolist())), x)
    copies = len(blocks[0])
    flat = [block for group in blocks for block in group]
    taken = np.concatenate([block.inputs for block in flat])
    given = np.concatenate([block.outputs for block in flat])
    told = {"weight": np.stack([group[0].matrix.T for group in blocks])}
    if has_bias:
        told["bias"] = made.params["bias"][given].reshape(len(blocks), copies, -1)
    if (taken != np.arange(taken.size)).any():
        x = Term.of(Lanes(tuple(taken.tolist())), x)
    y = Term.of(Grouped(copies), x, **told)
    if (given != np.arange(given.size)).any():
        y = Term.of(Lanes(tuple(np.argsort(given).tolist())), y)
    return y


def _blocks(weight: Array) -> list[Block]:
    """The blocks of a matrix in the order of their outputs; empty unless all have one shape."""
    used = weight != 0.0
    if not weight.size or 2 * np.count_nonzero(used) > weight.size:
        return []
    blocks: list[Block] = []
    left = np.ones(len(weight), dtype=bool)
    while left.any():
        block = _around(weight, used, int(left.argmax()))
        if blocks and block.matrix.shape != blocks[0].matrix.shape:
            return []
        left[block.outputs] = False
        blocks.append(block)
    is_whole = sum(block.inputs.size for block in blocks) == weight.shape[1]
    return blocks if is_whole and len(blocks) > 1 else []


def _around(weight: Array, used: NDArray[np.bool_], output: int) -> Block:
    """The block that an output is in."""
    inputs, seen = used[output], 0
    while seen < (seen := int(inputs.sum())):
        inputs = used[used[:, inputs].any(axis=1)].any(axis=0)
    taken = np.flatnonzero(inputs)
    outputs = np.flatnonzero(used[:, inputs].any(axis=1)) if taken.size else np.array([output])
    return Block(outputs, taken, weight[np.ix_(outputs, taken)])


def _alike(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks of equal matrices together; each alone unless every matrix comes equally often."""
    groups: dict[bytes, list[Block]] = {}
    for block in blocks:
        groups.setdefault(block.matrix.tobytes(), []).append(block)
    if len({len(group) for group in groups.values()}) == 1:
        return list(groups.values())
    return [[block] for block in blocks]
