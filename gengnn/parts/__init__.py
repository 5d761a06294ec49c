"""The FPGA parts that gengnn knows, with the capacities of their data sheets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from gengnn.errors import ConfigError

RESOURCES = ("dsp", "lut", "ff", "bram18", "uram")
"""The resources every table counts, in the order they are printed."""


@dataclass(frozen=True)
class Part:
    """An FPGA: what it holds, its full vendor name, and the Yosys family that maps to it.

    `note` says what a reader of the Yosys figures must know about this part. Source: the data
    sheets DS962 to DS965 and DS978 (Alveo), DS890 and DS891 (UltraScale+), DS987 (K26), DS190
    (Zynq-7000) and DS950 (Versal); a RAMB36 counts as two RAMB18.
    """

    key: str
    name: str
    dsp: int
    lut: int
    ff: int
    bram18: int
    uram: int
    family: str
    note: str = ""

    @property
    def capacity(self) -> dict[str, int]:
        """What the part holds, by resource."""
        return {resource: getattr(self, resource) for resource in RESOURCES}


@cache
def parts() -> dict[str, Part]:
    """Every known part by its short name."""
    table = json.loads((files(__package__) / "parts.json").read_text(encoding="utf-8"))
    return {key: Part(key=key, **entry) for key, entry in table.items()}


def part(name: str) -> Part:
    """Find a part by its short name (`xcu50`) or a full one (`xcu50-fsvh2104-2-e`).

    A full name may carry another package or speed grade than the table's; it is kept.

    Raises:
        ConfigError: no such part is known.
    """
    wanted = name.strip()
    match = re.fullmatch(r"(xc[0-9a-z]+?)(-.+|[a-z]{3}\d.*)?", wanted.lower())
    entry = parts().get(match.group(1)) if match else None
    if entry is None or match is None:
        raise ConfigError(_unknown(name))
    return replace(entry, name=wanted) if match.group(2) else entry


def _unknown(name: str) -> str:
    close = get_close_matches(name.strip().lower().split("-")[0], parts(), n=3, cutoff=0.7)
    advice = "choose the known part nearest in size, or add yours to gengnn/parts/parts.json"
    if close:
        advice = f"did you mean {' or '.join(close)}?"
    return f"unknown part {name!r}\n  known parts: {', '.join(parts())}\n  {advice}"
