"""Resources by Vitis HLS: runs the project's Tcl script and reads its csynth report."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from gengnn import tools
from gengnn.errors import ToolError
from gengnn.progress import step
from gengnn.synth.cells import Resources

SCRIPT = "build.tcl"
"""The Tcl script of the HLS project; `project.tcl` beside it names the project's top."""

TAGS = {"dsp": "DSP", "lut": "LUT", "ff": "FF", "bram18": "BRAM_18K", "uram": "URAM"}
"""The csynth report's name of each resource."""


def synthesise(hls: Path) -> Resources:
    """Run C synthesis in the HLS project folder and read the estimate that Vitis makes.

    Raises:
        ToolError: Vitis is not on PATH, failed, or wrote no report.
    """
    vitis = tools.vitis()
    if vitis is None:
        raise ToolError(
            "Vitis HLS was not found: neither vitis_hls nor vitis-run is on PATH\n"
            "  source its settings64.sh and run this again, or use --tool yosys"
        )
    with step("Vitis HLS synthesis"):
        tools.run([*vitis, SCRIPT], (hls / "vitis.log").resolve(), cwd=hls)
    return read_report(hls)


def read_report(hls: Path) -> Resources:
    """The resources in the csynth report of an HLS project that has been synthesised.

    Raises:
        ToolError: there is no such report, or it lacks a resource.
    """
    from hls4ml.report import parse_vivado_report  # noqa: PLC0415 -- loads h5py, rarely needed

    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            report = parse_vivado_report(str(hls)) or {}
        figures: Mapping[str, str] = report["CSynthesisReport"]
        return Resources(**{resource: int(figures[tag]) for resource, tag in TAGS.items()})
    except (AttributeError, LookupError, ElementTree.ParseError, ValueError) as error:
        raise ToolError(
            f"no csynth report that can be read below {hls}: {error!r}\n  {said.getvalue().strip()}"
        ) from error
