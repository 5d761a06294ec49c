"""gengnn: trained PyTorch Geometric models as FPGA accelerators, checked integer for integer.

The flow, with a module for each stage::

    model.pt --load--> float Graph --passes--> float Graph --quantize--> fixed Graph
             --schedule--> Design --emit--> HLS project + RTL project
             --simulate--> codes, cycles --report--> numbers

`export` makes the model file, `build` runs the flow up to the projects, and the `Project` that it
returns predicts, simulates, compares and synthesises.
"""

from __future__ import annotations

from gengnn.errors import GengnnError
from gengnn.frontend.export import export
from gengnn.project import Project, build

__all__ = ["GengnnError", "Project", "build", "export"]
