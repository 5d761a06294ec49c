"""gengnn: trained PyTorch Geometric models as FPGA accelerators, checked integer for integer.

The flow, with a module for each stage::

    model.pt --load--> float Graph --passes--> float Graph --quantize--> fixed Graph
             --schedule--> Design --emit--> HLS project + RTL project
             --simulate--> codes, cycles --report--> numbers

`export` makes the model file, `build` runs the flow up to the projects, and the `Project` that it
returns predicts, simulates, compares and synthesises.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gengnn.errors import GengnnError

if TYPE_CHECKING:
    from gengnn.frontend.export import export
    from gengnn.project import Project, build

__all__ = ["GengnnError", "Project", "build", "export"]

HOMES = {
    "Project": "gengnn.project",
    "build": "gengnn.project",
    "export": "gengnn.frontend.export",
}
"""Where the public names live; they are imported when first used, as they bring in torch."""


def __getattr__(name: str) -> object:
    """A public name, at its first use."""
    if name not in HOMES:
        raise AttributeError(f"module 'gengnn' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
