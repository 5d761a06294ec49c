"""Memories with their contents, as a design has them, through an open synthesis tool."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gengnn.emit.rtl_units import memory_texts
from gengnn.ops.base import Memory
from gengnn.ops.cost import memory_bram18
from gengnn.synth.shapes import Shape
from gengnn.synth.timing import netlists

SOURCE = Path(__file__).parents[2] / "templates" / "rtl" / "lib" / "gg_memory.sv"


def module(memory: Memory, commands: Sequence[str], folder: Path) -> dict[str, Any]:
    """The netlist of a memory that reads its files."""
    for end, text in memory_texts(memory).items():
        (folder / f"{memory.name}{end}").write_text(text)
    text = f"{8 * len(memory.name)}'h{memory.name.encode().hex()}"  # as Yosys takes a string
    params = (("Width", str(memory.bits)), ("Depth", str(memory.depth)), ("Init", text))
    shape = Shape("gg_memory", params)
    path = netlists({"unit": shape}, [SOURCE], commands, folder / "units")["unit"]
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["modules"]["unit"]
    return found


def word(netlist: dict[str, Any], address: int) -> list[int]:
    """The word at an address: what the LUTs behind the registers of the address make of it."""
    luts = {
        cell["connections"]["Y"][0]: cell
        for cell in netlist["cells"].values()
        if cell["type"] == "$lut"
    }
    ports = netlist["ports"]["addr"]["bits"]
    known = {
        cell["connections"]["Q"][0]: address >> ports.index(cell["connections"]["D"][0]) & 1
        for cell in netlist["cells"].values()
        if "D" in cell["connections"]
    }

    @cache
    def bit(wire: int | str) -> int:
        if isinstance(wire, str):
            return int(wire)
        if wire in known:
            return known[wire]
        cell = luts[wire]
        place = sum(bit(end) << k for k, end in enumerate(cell["connections"]["A"]))
        return int(cell["parameters"]["LUT"][::-1][place])

    return [bit(wire) for wire in netlist["ports"]["data"]["bits"]]


@pytest.mark.parametrize(("lanes", "depth"), [(3, 5), (40, 7), (61, 64)])
def test_luts_hold_every_word(lanes: int, depth: int, tmp_path: Path) -> None:
    codes = np.random.default_rng(lanes).integers(-(1 << 15), 1 << 15, (depth, lanes))
    netlist = module(Memory("table", 16, codes), ["synth -lut 6"], tmp_path)
    bits = codes[..., None] >> np.arange(16) & 1
    found = [word(netlist, address) for address in range(depth)]
    assert found == bits.reshape(depth, -1).tolist()


def test_deep_memory_becomes_block_ram(tmp_path: Path) -> None:
    codes = np.random.default_rng(1).integers(-(1 << 15), 1 << 15, (300, 40))
    mapped = ["synth_xilinx -family xcup -noiopad -noclkbuf -run begin:map_ffs"]
    netlist = module(Memory("table", 16, codes), mapped, tmp_path)
    kinds = [cell["type"] for cell in netlist["cells"].values()]
    blocks = sum(kind.startswith("RAMB18") + 2 * kind.startswith("RAMB36") for kind in kinds)
    assert blocks == memory_bram18(640, 300)
