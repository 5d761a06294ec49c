"""What cannot be compiled: every reason in one message."""

from __future__ import annotations

from dataclasses import dataclass

from gengnn import ops
from gengnn.ir import Source
from gengnn.ops.lowering import LoweringError


@dataclass(frozen=True)
class Failure:
    """A call, input or output that cannot be compiled, and what to do instead."""

    source: Source
    target: str
    reason: str
    advice: str

    @classmethod
    def of(cls, error: LoweringError, target: str, source: Source | None = None) -> Failure:
        """The failure that an error tells of."""
        return cls(source or Source(), target, error.reason, error.advice)


def advice_for(target: str) -> str:
    """What to do instead of an operator without a lowering, where that is known."""
    return ADVICE.get(target.removeprefix("aten.").split(".")[0], "")


ADVICE = {
    "topk": "use global_add_pool or global_max_pool instead of TopK pooling",
    "sort": "use global_add_pool or global_max_pool instead of sort pooling",
    "argsort": "use global_add_pool or global_max_pool instead of sort pooling",
    "argmax": "return the scores and take the argmax on the host",
    "softmax": "return the scores and take the softmax on the host",
    "log_softmax": "return the scores and take the softmax on the host",
    "_softmax": "return the scores and take the softmax on the host",
    "_log_softmax": "return the scores and take the softmax on the host",
    "layer_norm": "use BatchNorm, which folds into the layer before it",
    "native_layer_norm": "use BatchNorm, which folds into the layer before it",
    "group_norm": "use BatchNorm, which folds into the layer before it",
    "instance_norm": "use BatchNorm, which folds into the layer before it",
    "lstm": 'use JumpingKnowledge("cat") or JumpingKnowledge("max") instead of an LSTM',
    "bernoulli": "export the model in evaluation mode: model.eval()",
    "rand_like": "export the model in evaluation mode: model.eval()",
}
"""What to do instead of some operators that have no lowering."""


MAX_PLACES = 4
"""Places listed for one reason."""


def report(name: str, failures: list[Failure]) -> str:
    """One message for all failures; equal ones share an entry."""
    grouped: dict[tuple[str, str, str], list[Source]] = {}
    for failure in failures:
        key = (failure.target, failure.reason, failure.advice)
        grouped.setdefault(key, []).append(failure.source)
    entries = [_entry(*key, sources) for key, sources in grouped.items()]
    if len(entries) == 1:
        lines = ["cannot compile " + entries[0]]
    else:
        lines = [f"cannot compile {len(entries)} parts of {name}", *(f"  {e}" for e in entries)]
    kernels = sorted({op.kernel for op in ops.REGISTRY.values()})
    lines.append(f"  gengnn has kernels for: {', '.join(kernels)}")
    lines.append('  rewrite the model with these, or add the op (CONTRIBUTING.md, "Adding an op")')
    return "\n".join(lines)


def _entry(target: str, reason: str, advice: str, sources: list[Source]) -> str:
    """One kind of failure: what, where, why, what to do."""
    places = list(dict.fromkeys(str(source) for source in sources))
    more = len(places) - MAX_PLACES
    listed = ", ".join(places[:MAX_PLACES]) + (f" and {more} more places" if more > 0 else "")
    where = f" in {listed}" if target.startswith(("aten.", "higher_order.")) else ""
    return "\n    ".join([target + where, *(text for text in (reason, advice) if text)])
