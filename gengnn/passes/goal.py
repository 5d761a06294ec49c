"""Goal: what a schedule makes short."""

from __future__ import annotations

from enum import StrEnum


class Optimize(StrEnum):
    """The cycles of one graph by itself, or those from one result to the next."""

    LATENCY = "latency"
    THROUGHPUT = "throughput"
