"""Thirty years: three generations of authorities, the first one gone, before judges that are not ours."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from signing.pades.algorithm_ends import load_algorithm_ends
from signing.pades.verify import verify_pdf
from signing.simulation import Simulation, SimulationReport
from tests import judges
from tests.signing.archives import START, decades

ENDS = load_algorithm_ends()


@pytest.fixture(scope="module", params=[False, True], ids=["issuing CA", "root only"])
def thirty_years(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> tuple[Simulation, SimulationReport, Path, bool]:
    folder = tmp_path_factory.mktemp("decades")
    simulation = decades(folder / "world", sqlite_template, ENDS, is_flat=request.param)
    report = simulation.run(30)
    simulation.keep(folder / "kept", report)
    return simulation, report, folder / "kept", request.param


@pytest.mark.slow
def test_after_thirty_years_everything_held_and_the_control_did_not(thirty_years) -> None:
    simulation, report, _, _ = thirty_years
    assert report.problems == []
    assert report.held
    assert [year.at.year for year in report.years] == list(range(2027, 2057))
    assert all(set(year.verdicts) == {"valid"} for year in report.years)
    assert report.years[-1].control == ("indeterminate",)
    (document,) = report.documents
    assert document.generations >= 3
    assert document.is_prefix
    assert document.control_must_fail
    first = simulation.world.generations[0]
    assert not first.is_alive(report.ends)
    assert first.ends < report.ends  # today's certificates have expired
    assert sum(year.renewed for year in report.years) == document.renewals
    later = {g.digest for g in simulation.world.generations[2:]}
    assert later == {"sha384"}  # SHA-256 ends in 2050


@pytest.mark.slow
def test_openssl_confirms_every_token_at_its_time(thirty_years) -> None:
    """Each document time-stamp, while its authority was alive; the signatures while theirs was."""
    simulation, _, kept, _ = thirty_years
    file, roots = kept / "document-1.pdf", kept / "roots.pem"
    for generation in simulation.world.generations[:-1]:
        middle = generation.starts + (generation.ends - generation.starts) / 2
        found = judges.openssl(file, roots, middle)
        good = [finding for finding in found if finding.is_timestamp and finding.is_good]
        assert len(good) >= 1, generation.name
    stamps = [f for f in judges.openssl(file, roots, START + timedelta(days=1)) if f.is_timestamp]
    assert len(stamps) >= 4
    long_after = judges.openssl(file, roots, simulation.world.at)
    assert not any(finding.is_good for finding in long_after if not finding.is_timestamp)


@pytest.mark.slow
def test_stock_pyhanko_agrees_in_its_own_process(thirty_years) -> None:
    """Where no issuer below the root has expired; where one has, pyHanko 0.38 gives up before it looks at the proof."""
    simulation, _, kept, is_flat = thirty_years
    judge = Path(__file__).with_name("stock_pyhanko.py")

    def asked(name: str) -> list[str]:
        line = [
            sys.executable,
            str(judge),
            str(kept / name),
            str(kept / "roots.pem"),
            simulation.world.at.isoformat(),
        ]
        return subprocess.run(line, capture_output=True, text=True, check=True, cwd="/").stdout.split()

    expected = "PASSED:good" if is_flat else "INDETERMINATE:bad"
    assert asked("document-1.pdf") == [expected] * 2
    assert all(word.startswith("INDETERMINATE") for word in asked("original-1.pdf"))


@pytest.mark.slow
def test_damage_done_after_decades_is_still_found(thirty_years, tmp_path: Path) -> None:
    simulation, _, kept, _ = thirty_years
    content = (kept / "document-1.pdf").read_bytes()
    damaged = tmp_path / "damaged.pdf"
    for part in range(1, 8):
        place = len(content) * part // 8
        damaged.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert not verify_pdf(damaged, simulation.world.trust, simulation.world.at).is_valid, place
