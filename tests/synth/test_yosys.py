"""Yosys maps each distinct shape once; the figures are those of small known circuits."""

from pathlib import Path

import pytest

from gengnn import tools
from gengnn.errors import ToolError
from gengnn.synth import yosys
from gengnn.synth.cells import Resources
from gengnn.synth.shapes import Shape
from gengnn.synth.yosys import deal, synthesise

MODULES = """
module gg_mac #(parameter int unsigned Lanes = 1) (
  input  logic                clk,
  input  logic [16*Lanes-1:0] a,
  input  logic [16*Lanes-1:0] b,
  output logic [32*Lanes-1:0] y
);
  for (genvar i = 0; i < Lanes; i++) begin : g_lane
    gg_product u_product (.clk(clk), .a(a[16*i+:16]), .b(b[16*i+:16]), .y(y[32*i+:32]));
  end
endmodule

module gg_product (
  input  logic               clk,
  input  logic signed [15:0] a,
  input  logic signed [15:0] b,
  output logic signed [31:0] y
);
  logic signed [31:0] product;
  assign product = a * b;
  always_ff @(posedge clk) y <= product;
endmodule

module gg_delay #(parameter logic [63:0] Keep = '1) (
  input  logic        clk,
  input  logic [63:0] x,
  output logic [63:0] y
);
  always_ff @(posedge clk) y <= x & Keep;
endmodule
"""

LIBRARY = Path(__file__).parents[2] / "templates" / "rtl" / "lib"


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    path = tmp_path / "modules.sv"
    path.write_text(MODULES)
    return [path, LIBRARY / "gg_memory.sv"]


def mac(lanes: int) -> Shape:
    return Shape("gg_mac", (("Lanes", str(lanes)),))


def memory(width: int, depth: int) -> Shape:
    return Shape("gg_memory", (("Width", str(width)), ("Depth", str(depth))))


def test_figures_per_unit_and_in_total(sources: list[Path], tmp_path: Path) -> None:
    units = {
        "one": [mac(3)],
        "two": [mac(3), memory(36, 1024)],
        "three": [mac(2), memory(8, 64)],
        "four": [Shape("gg_delay", (("Keep", "64'hffffffffff"),))],
    }
    figures = synthesise(units, sources, "xcup", tmp_path / "synth")
    assert figures.units["one"].dsp == 3
    assert figures.units["two"] == figures.units["one"] + Resources(bram18=2)
    assert figures.units["three"].dsp == 2
    assert figures.units["three"].bram18 == 0
    assert figures.units["three"].lut >= 8  # the shallow memory is LUT RAM
    assert figures.units["four"] == Resources(ff=40)
    assert figures.total == sum(figures.units.values(), Resources())


def test_second_run_reads_the_cache(
    sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = {"one": [mac(1)]}
    first = synthesise(units, sources, "xc7", tmp_path / "synth")
    assert first.total.dsp == 1
    monkeypatch.setattr(tools, "yosys", lambda: None)
    assert synthesise(units, sources, "xc7", tmp_path / "synth") == first
    with pytest.raises(ToolError, match=r"Yosys was not found\n  pip install 'gengnn\[synth\]'"):
        synthesise(units, sources, "xcup", tmp_path / "synth")
    sources[0].write_text(MODULES + "\n")
    with pytest.raises(ToolError, match="Yosys was not found"):
        synthesise(units, sources, "xc7", tmp_path / "synth")


def test_module_that_is_not_there_is_a_tool_error(sources: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="gg_nothing") as caught:
        synthesise({"one": [Shape("gg_nothing", ())]}, sources, "xcup", tmp_path / "synth")
    assert "batch0.log" in str(caught.value)


def test_damaged_cache_is_ignored(sources: list[Path], tmp_path: Path) -> None:
    (tmp_path / "synth").mkdir()
    (tmp_path / "synth" / "cache.json").write_text("{")
    assert synthesise({"one": [mac(1)]}, sources, "xcup", tmp_path / "synth").total.dsp == 1


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 40])
def test_deal_gives_every_shape_once_in_whole_rounds(count: int) -> None:
    todo = [Shape("gg_x", (("N", str(number)),), weight=number) for number in range(count)]
    batches = deal(todo)
    assert sorted(s.weight for batch in batches for s in batch) == list(range(count))
    assert all(batches)
    assert len(batches) % yosys.PROCESSES == 0 or count < yosys.PROCESSES
