"""Cells of a Yosys netlist as resources of a part."""

import pytest

from gengnn.errors import ToolError
from gengnn.synth.cells import Resources, count, worth


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("DSP48E2", Resources(dsp=1)),
        ("DSP48E1", Resources(dsp=1)),
        ("LUT1", Resources(lut=1)),
        ("LUT6", Resources(lut=1)),
        ("SRLC32E", Resources(lut=1)),
        ("RAM64M8", Resources(lut=8)),
        ("RAM32M16", Resources(lut=8)),
        ("RAM64X1D", Resources(lut=2)),
        ("FDRE", Resources(ff=1)),
        ("FDRE_1", Resources(ff=1)),
        ("RAMB18E2", Resources(bram18=1)),
        ("RAMB36E1", Resources(bram18=2)),
        ("URAM288", Resources(uram=1)),
        ("CARRY4", Resources()),
        ("MUXF7", Resources()),
    ],
)
def test_worth_of_a_cell(cell: str, expected: Resources) -> None:
    assert worth(cell) == expected


@pytest.mark.parametrize("cell", ["$mul", "LUT7", "$_DFF_P_", "gg_linear", "XDSP48E2"])
def test_cell_that_no_part_has_is_an_error(cell: str) -> None:
    with pytest.raises(ToolError, match="that no Xilinx part has"):
        worth(cell)


def test_count_goes_down_the_hierarchy() -> None:
    modules = {
        "\\top": {"num_cells_by_type": {"$paramod\\row\\N=2": 3, "\\leaf": 1, "LUT2": 5}},
        "$paramod\\row\\N=2": {"num_cells_by_type": {"leaf": 4, "FDRE": 2}},
        "\\leaf": {"num_cells_by_type": {"DSP48E2": 1}},
    }
    assert count({"modules": modules}, "top") == Resources(dsp=13, lut=5, ff=6)


def test_resources_add_and_multiply() -> None:
    first = Resources(1, 2, 3, 4, 5)
    assert first + first * 2 == Resources(3, 6, 9, 12, 15)
