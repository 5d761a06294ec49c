"""In-place operators: which names change with which, and reads that would be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import torch

from gengnn.frontend.program import Call, Ref
from gengnn.ops.lowering import LoweringError

_ATEN = re.compile(r"aten\.(\w+)\.(\w+)")


class Aliases:
    """Names of one tensor are rebound together; names of its views become unreadable.

    `tensor_of` names the tensor that a name is, `base_of` the tensor whose memory it shares.
    """

    def __init__(self) -> None:
        self.tensor_of: dict[str, str] = {}
        self.base_of: dict[str, str] = {}
        self.stale: dict[str, str] = {}

    def check(self, name: str) -> None:
        """Refuse to read a name whose tensor was changed through another view of its memory."""
        if name in self.stale:
            raise LoweringError(
                f"reads a tensor that {self.stale[name]} changed in place through a view",
                "write the in-place step as a new tensor, e.g. x = x + y instead of x += y",
            )

    def follow(self, call: Call, rebind: Callable[[str, str], None]) -> None:
        """Note what `call` returns views of and what it writes; `rebind(old, new)` each name."""
        for arg, given in _pairs(call):
            if not isinstance(given, Ref) or arg.alias_info is None or not call.results:
                continue
            result = call.results[0]
            base = self.base_of.setdefault(given.name, given.name)
            tensor = self.tensor_of.setdefault(given.name, given.name)
            for name in call.results:
                self.base_of[name] = base
            if not arg.alias_info.is_write:
                continue
            self.tensor_of[result] = tensor
            for name in [n for n, known in self.base_of.items() if known == base]:
                if self.tensor_of.setdefault(name, name) != tensor:
                    self.stale[name] = f"{call.target} in {call.source}"
                elif name != result:
                    rebind(name, result)


def _pairs(call: Call) -> list[tuple[Any, Any]]:
    """The schema's arguments beside those given; nothing for what is not ATen."""
    match = _ATEN.fullmatch(call.target)
    packet = getattr(torch.ops.aten, match[1], None) if match else None
    overload = getattr(packet, match[2], None) if match and packet is not None else None
    if overload is None:
        return []
    arguments = list(overload._schema.arguments)
    named: Mapping[str, Any] = {arg.name: arg for arg in arguments}
    pairs = list(zip(arguments, call.args, strict=False))
    return pairs + [(named[key], given) for key, given in call.kwargs.items() if key in named]
