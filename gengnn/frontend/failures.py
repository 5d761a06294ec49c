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


def no_kernel(target: str) -> LoweringError:
    """Why an operator without a lowering has none, and what to do, where that is known."""
    name = target.removeprefix("aten.").split(".")[0].strip("_")
    return LoweringError(*next((told for names, told in KNOWN.items() if name in names), ("",)))


KNOWN: dict[tuple[str, ...], tuple[str, str]] = {
    ("topk", "sort", "argsort", "msort", "kthvalue", "median", "quantile", "unique2"): (
        "orders numbers",
        "over nodes use SortAggregation, TopKPooling or QuantileAggregation, over features amax or "
        "amin",
    ),
    (
        *("rand", "rand_like", "randn", "randn_like", "randint", "randint_like", "randperm"),
        *("bernoulli", "multinomial", "normal", "uniform", "exponential", "poisson"),
    ): (
        "draws random numbers",
        "leave that to training: if self.training, or to the host: pass them as an argument",
    ),
    ("higher_order", "cond", "while_loop"): (
        "decides by computed numbers what to compute",
        "compute both and choose with torch.where",
    ),
    ("lstm", "gru", "rnn_tanh", "rnn_relu"): (
        "runs over packed sequences",
        "give a recurrent layer a tensor with a fixed number of steps for each row",
    ),
    ("nonzero_static", "bincount", "histc"): (
        "makes as many rows as there are numbers of a kind",
        "use degree or scatter along an index map",
    ),
}
"""Reason and advice for some operators that have no lowering."""


MAX_PLACES = 4
"""Places listed for one reason."""


def report(name: str, failures: list[Failure]) -> str:
    """One message for all failures of an import; equal ones share an entry."""
    entries = _entries(failures)
    if len(entries) == 1:
        lines = ["cannot compile " + entries[0]]
    else:
        lines = [f"cannot compile {len(entries)} parts of {name}", *(f"  {e}" for e in entries)]
    kernels = sorted({op.kernel for op in ops.REGISTRY.values()})
    lines.append(f"  gengnn has kernels for: {', '.join(kernels)}")
    lines.append('  rewrite the model with these, or add the op (CONTRIBUTING.md, "Adding an op")')
    return "\n".join(lines)


def untraceable(name: str, failures: list[Failure]) -> str:
    """One message for all that torch.export cannot follow in the model class `name`."""
    return "\n".join(
        [f"torch.export cannot follow {name}", *(f"  {e}" for e in _entries(failures))]
    )


def _entries(failures: list[Failure]) -> list[str]:
    grouped: dict[tuple[str, str, str], list[Source]] = {}
    for failure in failures:
        key = (failure.target, failure.reason, failure.advice)
        grouped.setdefault(key, []).append(failure.source)
    return [_entry(*key, sources) for key, sources in grouped.items()]


def _entry(target: str, reason: str, advice: str, sources: list[Source]) -> str:
    """One kind of failure: what, where, why, what to do."""
    places = list(dict.fromkeys(str(source) for source in sources))
    more = len(places) - MAX_PLACES
    listed = ", ".join(places[:MAX_PLACES]) + (f" and {more} more places" if more > 0 else "")
    where = f" in {listed}" if any(source != Source() for source in sources) else ""
    return "\n    ".join([target + where, *(text for text in (reason, advice) if text)])
