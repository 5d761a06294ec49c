"""Beats: packets as bus words in memory and in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gengnn.errors import ToolError

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Packets:
    """AXI4-Stream packets in a row: `data` uint8 [beats, bytes of the bus], low byte first.

    Packet k is beats `starts[k]` to `starts[k + 1]`; tlast is set on its last beat.
    """

    data: NDArray[np.uint8]
    starts: Codes

    @property
    def count(self) -> int:
        """Packets."""
        return self.starts.size - 1

    @property
    def last(self) -> NDArray[np.bool_]:
        """The tlast of every beat."""
        last = np.zeros(len(self.data), dtype=np.bool_)
        last[self.starts[1:] - 1] = True
        return last

    def beats(self, packet: int) -> NDArray[np.uint8]:
        """The beats of one packet."""
        return self.data[self.starts[packet] : self.starts[packet + 1]]

    def select(self, packets: Sequence[int]) -> Packets:
        """Only these packets, in this order."""
        return join_packets([self.beats(packet) for packet in packets])


def join_packets(packets: Sequence[NDArray[np.uint8]]) -> Packets:
    """Packets given as beats [beats, bytes], one after the other."""
    sizes = [len(beats) for beats in packets]
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
    return Packets(np.concatenate(packets), starts)


def interleave(blocks: Sequence[tuple[NDArray[np.uint8], Codes]]) -> Packets:
    """Take the beats of every block packet by packet; each block tells its beats per packet."""
    table = np.stack([beats for _, beats in blocks])
    ends = np.cumsum(table.T.reshape(-1)).reshape(table.T.shape).T
    data = np.empty((int(table.sum()), blocks[0][0].shape[1]), dtype=np.uint8)
    for (source, beats), end in zip(blocks, ends, strict=True):
        data[spans(end - beats, beats)] = source
    return Packets(data, np.concatenate([[0], ends[-1]]).astype(np.int64))


def spans(first: Codes, length: Codes) -> Codes:
    """The indices first[k] .. first[k] + length[k] of every k, one after the other."""
    before = np.cumsum(length) - length
    return np.repeat(first - before, length) + np.arange(int(length.sum()), dtype=np.int64)


_HEX = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint8).reshape(256, 2)
_NIBBLE = np.zeros(256, dtype=np.uint8)
_NIBBLE[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16, dtype=np.uint8)


def write_packets(path: Path, packets: Packets) -> None:
    """Write one line per beat: tlast (0 or 1), a space, the data in hexadecimal."""
    width = packets.data.shape[1]
    text = np.empty((len(packets.data), 2 * width + 3), dtype=np.uint8)
    text[:, 0] = ord("0") + packets.last
    text[:, 1] = ord(" ")
    text[:, 2:-1] = _HEX[packets.data[:, ::-1]].reshape(-1, 2 * width)
    text[:, -1] = ord("\n")
    path.write_bytes(text.tobytes())


def read_packets(path: Path, tdata: int) -> Packets:
    """Read what `write_packets` or a simulator wrote.

    Raises:
        ToolError: the file was cut short or has other lines.
    """
    raw = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    line = tdata // 4 + 3
    if raw.size % line or (raw.size and (raw[line - 1 :: line] != ord("\n")).any()):
        raise ToolError(f"{path} does not hold beats of {tdata} bits, one per line")
    text = raw.reshape(-1, line)
    digits = _NIBBLE[text[:, 2:-1]]
    data = (digits[:, 0::2] << 4 | digits[:, 1::2])[:, ::-1]
    ends = np.flatnonzero(text[:, 0] == ord("1")) + 1
    if raw.size and (not ends.size or ends[-1] != len(text)):
        raise ToolError(f"{path} ends in the middle of a packet")
    return Packets(np.ascontiguousarray(data), np.concatenate([[0], ends]).astype(np.int64))
