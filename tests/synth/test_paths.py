"""The longest chain of cells between registers, in netlists made by hand and by Yosys."""

import json
from pathlib import Path
from typing import Any

import pytest

from gengnn import tools
from gengnn.errors import ToolError
from gengnn.synth.paths import Delays, delays, longest_path


def cell(kind: str, inputs: list[int | str], output: int, **parameters: str) -> dict[str, Any]:
    return {
        "type": kind,
        "parameters": parameters,
        "port_directions": {"I": "input", "O": "output"},
        "connections": {"I": inputs, "O": [output]},
    }


def test_chain_ends_at_registers() -> None:
    cells = {
        "start": cell("FDRE", [1], 2),
        "first": cell("LUT2", [2, "1"], 3),
        "carry": cell("CARRY4", [3], 4),
        "end": cell("FDRE", [4], 5),
        "after": cell("LUT1", [5], 6),
    }
    path = longest_path({"cells": cells})
    assert path.cells == (("LUT2", "first"), ("CARRY4", "carry"))
    assert path.length == 2


def test_dsp_counts_only_without_registers() -> None:
    cells = {
        "multiply": cell("DSP48E2", [1], 2, PREG="0"),
        "after": cell("LUT1", [2], 3),
    }
    assert longest_path({"cells": cells}).length == 2
    cells["multiply"] = cell("DSP48E2", [1], 2, PREG="1")
    assert longest_path({"cells": cells}).length == 1


def test_lut_ram_is_read_without_a_clock_and_block_ram_is_not() -> None:
    for kind, expected in (("RAM64M8", 3), ("RAMB18E2", 1), ("SRLC32E", 1)):
        memory = cell(kind, [], 3) | {
            "connections": {"ADDRA": [2], "DOA": [3]},
            "port_directions": {"ADDRA": "input", "DOA": "output"},
        }
        cells = {
            "address": cell("LUT6", [1], 2),
            "memory": memory,
            "after": cell("LUT6", [3], 4),
        }
        assert longest_path({"cells": cells}).length == expected


def test_lut_ram_passes_read_addresses_only() -> None:
    ram = {
        "type": "RAM64X1D",
        "parameters": {},
        "port_directions": dict.fromkeys(("A0", "DPRA0", "D"), "input")
        | dict.fromkeys(("DPO", "SPO"), "output"),
        "connections": {"A0": [2], "DPRA0": [7], "D": [2], "DPO": [4], "SPO": []},
    }
    before, after = cell("LUT1", [1], 2), cell("LUT1", [4], 5)
    assert longest_path({"cells": {"b": before, "ram": ram, "a": after}}).length == 2
    ram["connections"] |= {"DPRA0": [2]}
    assert longest_path({"cells": {"b": before, "ram": ram, "a": after}}).length == 3


def test_combinational_loop_is_an_error() -> None:
    cells = {"a": cell("LUT1", [1], 2), "b": cell("LUT1", [2], 1)}
    with pytest.raises(ToolError, match=r"loop: .* -> "):
        longest_path({"cells": cells})


def test_empty_netlist_has_no_path() -> None:
    assert longest_path({"cells": {}}).length == 0


def test_ways_by_the_ports_where_they_begin_and_end() -> None:
    cells = {
        "first": cell("LUT2", [1, 2], 3),
        "held": cell("FDRE", [3], 4),
        "second": cell("LUT2", [4, 2], 5),
        "third": cell("LUT1", [5], 6),
        "kept": cell("FDRE", [6], 7),
    }
    ports = {
        "a": {"direction": "input", "bits": [1]},
        "b": {"direction": "input", "bits": [2, 8]},
        "y": {"direction": "output", "bits": [5]},
        "copy": {"direction": "output", "bits": [8]},
    }
    found = delays({"cells": cells, "ports": ports})
    through = {("b", "y"): 1, ("b", "copy"): 0}
    assert found == Delays(inside=2, into={"a": 1, "b": 2}, out={"y": 1}, through=through)
    assert found.longest == 2


def test_wide_adder_of_a_real_netlist(tmp_path: Path) -> None:
    (tmp_path / "adder.sv").write_text(
        "module adder (input logic clk, input logic [32:0] a, b, output logic [32:0] y);\n"
        "  logic [32:0] a_q, b_q;\n"
        "  always_ff @(posedge clk) begin a_q <= a; b_q <= b; y <= a_q + b_q; end\n"
        "endmodule\n"
    )
    (tmp_path / "adder.ys").write_text(
        "read_verilog -sv adder.sv\n"
        "synth_xilinx -family xcup -noiopad -noclkbuf -top adder\n"
        "write_json adder.json\n"
    )
    yosys = tools.yosys()
    assert yosys is not None
    tools.run([*yosys, "adder.ys"], tmp_path / "log", cwd=tmp_path)
    netlist = json.loads((tmp_path / "adder.json").read_text())
    path = longest_path(netlist["modules"]["adder"])
    assert path.length == 10  # nine CARRY4 and a LUT
    assert [kind for kind, _ in path.cells].count("CARRY4") == 9
