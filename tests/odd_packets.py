"""Packets that break a rule, with the status that answers each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gengnn.design import COUNT_BITS, COUNTS_PER_WORD, Design
from gengnn.simulate.beats import Codes
from gengnn.simulate.packets import pack_requests

Beats = NDArray[np.uint8]

TOO_MANY_ROWS, BAD_INDEX, SHORT, LONG = 1, 2, 3, 4


def odd_packets(design: Design, codes: Mapping[str, Codes]) -> dict[str, tuple[Beats, int]]:
    """Each way to spoil the packet of one graph with edges, and the status of the answer."""
    good = pack_requests(design, [codes]).beats(0)
    found = {
        "short": (good[:-1], SHORT),
        "header only": (good[: design.header_beats], SHORT),
        "long": (np.concatenate([good, good[-1:]]), LONG),
        "twice as long": (np.concatenate([good, good]), LONG),
    }
    if design.header_beats > 1:
        found["half a header"] = (good[:1], SHORT)
    for place, layout in enumerate(design.layouts):
        beats = good.copy()
        word, position = divmod(place, COUNTS_PER_WORD)
        counts = beats.reshape(-1).view("<u8")
        counts[word] &= ~np.uint64(((1 << COUNT_BITS) - 1) << position * COUNT_BITS)
        counts[word] |= np.uint64((layout.max_rows + 1) << position * COUNT_BITS)
        found[f"too many {layout.space}"] = (beats, TOO_MANY_ROWS)
        for entry in layout.fields:
            rows = len(codes[f"rows_{entry.target}"]) if entry.target else 0
            limit = entry.bound or rows
            if 0 < limit < 1 << entry.width:
                spoiled = np.array(codes[entry.value])
                spoiled[-1, -1] = limit
                packet = pack_requests(design, [{**codes, entry.value: spoiled}]).beats(0)
                found[f"bad {entry.value}"] = (packet, BAD_INDEX)
    return found
