"""Instances are read from generated modules as they are written."""

import pytest

from gengnn.errors import ToolError
from gengnn.synth.shapes import Shape, shapes

TEXT = """
module model_loop0 (
  input  logic clk
);
  // convs.0.nn.0 x 5 layers: Linear
  gg_memory #(
    .Width(1600),
    .Depth(40),
    .Init ("weights/u_convs_0_nn_0_weight")
  ) u_convs_0_nn_0_weight (
    .clk (clk)
  );

  gg_linear #(
    .LanesX (8),
    .Mask   (64'hff00ff00ff00),
    .StepsOf({
      32'd1, 32'd20
    })
  ) u_convs_0_nn_0 (
    .clk    (clk)
  );

  gg_relu u_convs_0 (
    .clk    (clk)
  );

  model_stage1 u_stage1 (
    .clk    (clk)
  );
endmodule
"""


STEPS = ("StepsOf", "64'h100000014")


def test_units_with_their_parameters_and_memories() -> None:
    found = shapes([TEXT], {"u_convs_0_nn_0": 7})
    linear = Shape("gg_linear", (("LanesX", "8"), ("Mask", "64'hff00ff00ff00"), STEPS))
    memory = Shape("gg_memory", (("Width", "1600"), ("Depth", "40")))
    assert found == {"u_convs_0_nn_0": [linear, memory], "u_convs_0": [Shape("gg_relu", ())]}
    assert [shape.weight for shape in found["u_convs_0_nn_0"]] == [7, 0]
    assert memory.size == (1600, 40)


def test_equal_parameters_are_one_shape() -> None:
    found = shapes([TEXT, TEXT.replace("u_convs_0", "u_convs_1")], {})
    assert len(found) == 4
    assert len({shape for each in found.values() for shape in each}) == 3


def test_instance_written_otherwise_is_an_error_and_not_left_out() -> None:
    with pytest.raises(ToolError, match="gg_odd"):
        shapes([TEXT.replace("endmodule", "  gg_odd\n  u_odd (.clk(clk));\nendmodule")], {})
