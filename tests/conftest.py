"""What all tests share: one thread per worker, as the workers share the cores."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported, here and in commands under test
