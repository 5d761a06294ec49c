"""What every process of the table needs, loaded once: a first export takes some seconds."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import torch
    from torch import nn

    import benchmarks.coverage.runner  # noqa: F401
    import gengnn

with tempfile.TemporaryDirectory() as folder:
    gengnn.export(nn.Linear(2, 2), (torch.zeros(3, 2),), Path(folder) / "model.pt")
