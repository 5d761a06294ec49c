"""Drives the design with cocotbext-axi's AXI4-Stream models, which know nothing of gengnn.

+frames=FILE     packets, a line "tlast tdata" (hexadecimal) per beat
+expected=FILE   the answers in the same form; the cycles in them are not compared
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, with_timeout
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

CYCLES = slice(4, 8)
"""The bytes of the last beat that hold the cycle count."""

PATIENCE_US = 2000
"""How long one answer may take."""


def frames(option: str) -> tuple[list[bytes], int]:
    """The packets of the file named by a plusarg, and the bytes of a beat."""
    found, beats, size = [], [], 0
    for line in Path(str(cocotb.plusargs[option])).read_text(encoding="ascii").splitlines():
        last, data = line.split()
        size = len(data) // 2
        beats.append(bytes.fromhex(data)[::-1])
        if last == "1":
            found.append(b"".join(beats))
            beats = []
    return found, size


def pauses(seed: int, rate: float) -> Iterator[bool]:
    """Pause or not, cycle by cycle."""
    chance = random.Random(seed)
    while True:
        yield chance.random() < rate


async def reset(dut: Any) -> None:
    """A few cycles of reset."""
    dut.rst_n.value = 0
    await ClockCycles(dut.clk, 4)
    dut.rst_n.value = 1
    await ClockCycles(dut.clk, 1)


@cocotb.test()
@cocotb.parametrize(source_rate=[0.0, 0.6], sink_rate=[0.0, 0.6])
async def test_frames(dut: Any, source_rate: float, sink_rate: float) -> None:
    """Every packet gets its answer, after a reset in the middle of one."""
    dut.is_external.value = 1
    dut.rst_n.value = 0
    Clock(dut.clk, 2, unit="ns").start()
    source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk, dut.rst_n, False)
    sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk, dut.rst_n, False)
    sent, size = frames("frames")
    expected, _ = frames("expected")
    await reset(dut)
    await source.send(AxiStreamFrame(max(sent, key=len)))
    await ClockCycles(dut.clk, 5)
    await reset(dut)
    source.clear()
    sink.clear()
    source.set_pause_generator(pauses(1, source_rate))
    sink.set_pause_generator(pauses(2, sink_rate))
    for frame in sent:
        await source.send(AxiStreamFrame(frame))
    for number, answer in enumerate(expected):
        got = bytearray((await with_timeout(sink.recv(), PATIENCE_US, "us")).tdata)
        assert any(got[-size:][CYCLES]), f"answer {number} counts no cycles"
        got[len(got) - size + CYCLES.start : len(got) - size + CYCLES.stop] = bytes(4)
        assert bytes(got) == answer, f"answer {number}: expected {answer.hex()}, got {got.hex()}"
    assert not int(dut.is_broken.value), "the design took back a beat that it had offered"
