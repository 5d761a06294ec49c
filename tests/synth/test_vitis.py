"""The Vitis flow, with a program in its place that writes the report Vitis would."""

from pathlib import Path

import pytest

from gengnn.errors import ToolError
from gengnn.synth import vitis
from gengnn.synth.cells import Resources

REPORT = """<profile>
<UserAssignments><TargetClockPeriod>3.33</TargetClockPeriod></UserAssignments>
<PerformanceEstimates>
<SummaryOfTimingAnalysis><EstimatedClockPeriod>2.4</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency>
<Best-caseLatency>1</Best-caseLatency><Worst-caseLatency>2</Worst-caseLatency>
<Interval-min>1</Interval-min><Interval-max>2</Interval-max>
</SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates>
<Resources>
<BRAM_18K>12</BRAM_18K><DSP>34</DSP><FF>5600</FF><LUT>7800</LUT><URAM>1</URAM>
</Resources>
<AvailableResources><DSP>5952</DSP></AvailableResources>
</AreaEstimates>
</profile>
"""


@pytest.fixture
def hls(tmp_path: Path) -> Path:
    """An HLS project as the emitter writes it, named `model`."""
    folder = tmp_path / "hls"
    folder.mkdir()
    (folder / "project.tcl").write_text('set project_name "model"\nset backend "vitis"\n')
    return folder


def fake(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("name", "words"), [("vitis_hls", "-f"), ("vitis-run", "--mode hls --tcl")]
)
def test_runs_the_script_and_reads_the_report(
    hls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    report = "model_prj/solution1/syn/report"
    app = "<project><solutions><solution name='solution1'/></solutions></project>"
    fake(
        tmp_path / "bin",
        name,
        f'[ "$*" = "{words} {vitis.SCRIPT}" ] || exit 9\n'
        f'/bin/mkdir -p {report} && echo "{app}" > model_prj/hls.app\n'
        f"/bin/cp {tmp_path}/report.xml {report}/model_csynth.xml",
    )
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert vitis.synthesise(hls) == Resources(dsp=34, lut=7800, ff=5600, bram18=12, uram=1)


def test_missing_vitis_is_said_plainly(hls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolError, match="Vitis HLS was not found"):
        vitis.synthesise(hls)


def test_failing_vitis_is_a_tool_error(
    hls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "bin", "vitis_hls", "echo 'ERROR: [HLS 200-70] no licence'; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(ToolError, match="no licence"):
        vitis.synthesise(hls)


def test_run_without_a_report_is_a_tool_error(
    hls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "bin", "vitis_hls", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(ToolError, match="no csynth report"):
        vitis.synthesise(hls)
