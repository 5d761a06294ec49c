"""What is known of numbers from the nodes that make them: which are never negative, or counts."""

from __future__ import annotations

from gengnn.frontend.builder import Builder
from gengnn.ir import Kind, Value
from gengnn.ops.facts import NOTHING, Facts


def facts_of(b: Builder, value: Value) -> Facts:
    """What holds for every number of `value`, whatever the inputs of the model are."""
    numbers = {v.name for v in b.inputs if v.kind is Kind.REAL}
    known = dict.fromkeys(numbers, NOTHING)
    for node in b.nodes:
        if node.output.kind is not Kind.REAL:
            continue
        names = [name for name in node.inputs if name in known]
        params = {role: b.params[key] for role, key in node.params.items()}
        is_same = len(names) > 1 and len(set(names)) == 1
        known[node.name] = node.op.facts([known[name] for name in names], params, is_same)
    return known.get(value.name, NOTHING)


def is_never_negative(b: Builder, value: Value) -> bool:
    """Whether every number of `value` is 0 or more, whatever the inputs are."""
    return facts_of(b, value).is_positive


def is_count(b: Builder, value: Value) -> bool:
    """Whether every number of `value` is a small natural number: a sum of ones along a map."""
    return facts_of(b, value).is_count
