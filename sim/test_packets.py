"""Runs the packets of a file through the design; the bench drives every beat by itself."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge

RESET_CYCLES = 4
"""Clock cycles of reset."""


@cocotb.test()
async def test_packets(dut: Any) -> None:
    """Every packet is answered; what the answers say is checked by whoever reads them."""
    dut.is_external.value = 0
    dut.rst_n.value = 0
    Clock(dut.clk, 2, unit="ns").start()
    await ClockCycles(dut.clk, RESET_CYCLES)
    dut.rst_n.value = 1
    await RisingEdge(dut.is_done)
    told = f"{int(dut.answers.value)} answers to {int(dut.sent.value)} packets sent in whole"
    assert not int(dut.is_stuck.value), f"the design hangs: no beat moves any more, {told}"
    assert not int(dut.is_broken.value), "the design took back a beat that it had offered"
    cocotb.log.info("%d cycles, %s", int(dut.now.value), told)
