"""What all tests share: one thread per worker, as the workers share the cores."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
