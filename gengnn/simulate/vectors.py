"""Test vectors: packets and their answers, shipped so that a project runs without gengnn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gengnn.design import Design
from gengnn.emit import hls, rtl
from gengnn.reference import Sample
from gengnn.simulate.beats import write_packets
from gengnn.simulate.compare import expected_outputs
from gengnn.simulate.packets import pack_requests, pack_responses, sample_codes


def ship_vectors(design: Design, folder: Path, samples: Sequence[Sample]) -> None:
    """Write the packets of `samples` and the reference's answers into tb/ of every project."""
    requests = pack_requests(design, sample_codes(design.graph, samples))
    answers = pack_responses(design, expected_outputs(design.graph, samples))
    for name in (hls.FOLDER, rtl.FOLDER):
        if (folder / name).is_dir():
            place = folder / name / "tb"
            place.mkdir(exist_ok=True)
            write_packets(place / "packets.txt", requests)
            write_packets(place / "golden.txt", answers)
