"""Packets that break a rule, with the status that answers each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gengnn.design import Design
from gengnn.simulate.beats import Codes
from gengnn.simulate.packets import pack_requests

Beats = NDArray[np.uint8]

TOO_MANY_ROWS, BAD_INDEX, SHORT, LONG = 1, 2, 3, 4


def odd_packets(design: Design, codes: Mapping[str, Codes]) -> dict[str, tuple[Beats, int]]:
    """Each way to spoil the packet of one graph with edges, and the status of the answer."""
    good = pack_requests(design, [codes]).beats(0)
    found = {
        "short": (good[:-1], SHORT),
        "header only": (good[:1], SHORT),
        "long": (np.concatenate([good, good[-1:]]), LONG),
        "twice as long": (np.concatenate([good, good]), LONG),
    }
    for layout, byte in zip(design.layouts, (0, 3, 6), strict=False):
        beats = good.copy()
        beats[0, byte : byte + 2] = np.array([layout.max_rows + 1], dtype="<u2").view(np.uint8)
        found[f"too many {layout.space}"] = (beats, TOO_MANY_ROWS)
        for entry in layout.fields:
            rows = len(codes[entry.target.replace("nodes", "x")]) if entry.target else 0
            limit = entry.bound or rows
            if 0 < limit < 1 << entry.width:
                spoiled = np.array(codes[entry.value])
                spoiled[-1, -1] = limit
                packet = pack_requests(design, [{**codes, entry.value: spoiled}]).beats(0)
                found[f"bad {entry.value}"] = (packet, BAD_INDEX)
    return found
