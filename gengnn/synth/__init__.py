"""Resources of a built design, as a synthesis tool counts them."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from gengnn.errors import ToolError
from gengnn.parts import part
from gengnn.synth import vitis, yosys
from gengnn.synth.shapes import shapes

if TYPE_CHECKING:
    from gengnn.design import Design


class SynthTool(StrEnum):
    """Who counts."""

    YOSYS = "yosys"
    VITIS = "vitis"


def synth(design: Design, folder: Path, tool: SynthTool) -> dict[str, object]:
    """The entry `resources.<tool>` of the report for the design built in `folder`.

    Holds the total of each resource, and for Yosys the same for each unit under `units`.

    Raises:
        ToolError: the tool is missing or failed.
    """
    if tool is SynthTool.VITIS:
        return dict(asdict(vitis.synthesise(folder / "hls")))
    rtl = folder / "rtl"
    if not rtl.is_dir():
        raise ToolError(f"there is no RTL project in {folder}\n  build it with --backend rtl")
    texts = [path.read_text(encoding="utf-8") for path in sorted(rtl.glob("*.sv"))]
    costs = {f"u_{unit.name}": unit.cost for unit in design.units}
    weights = {name: cost.lut + cost.ff + 100 * cost.dsp for name, cost in costs.items()}
    sources, family = sorted((rtl / "lib").glob("*.sv")), part(design.part).family
    found = yosys.synthesise(shapes(texts, weights), sources, family, folder / "synth")
    units = {name: asdict(resources) for name, resources in found.units.items()}
    return {**asdict(found.total), "units": units}
