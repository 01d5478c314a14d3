"""The conclusion certificate: made once after the conclusion, sealed, the same bytes for everybody."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from portal import clock
from portal.acting import acting, house, looking
from portal.completing import complete_all, completion
from portal.workflows import seal_papers
from portal.workflows.certify_conclusion import certify_concluded
from portal.workflows.complete_signing import complete_signing
from portal.workflows.describe_conclusion import browser_words
from portal.workflows.move_to_paper import conclude_on_paper, move_to_paper
from procurement.contracts import Contract, ContractStage
from signing import VerdictKind, verify_pdf
from tests import judges
from tests.workflows.crowds import together
from tests.workflows.databases import on_sqlite
from tests.workflows.town import OFFICER, Town

KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/120.0.0.0 Safari/537.36"
SAFARI = (
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) {KIT} Version/17.2 Mobile/15E148 Safari/604.1"
)


def facts_of(town: Town) -> dict[str, object]:
    with looking(OFFICER) as act:
        contract = town.contract(act)
        return {
            "sha256": contract.certificate_sha256,
            "made_at": contract.certificate_made_at,
            "problem": contract.certificate_problem,
        }


def certificate(town: Town, folder: Path) -> Path:
    path = folder / "certificate.pdf"
    path.write_bytes(house().store.read(str(facts_of(town)["sha256"])))
    return path


def words(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


def conclude_only(town: Town) -> None:
    """What the job does up to the conclusion, as if it were killed before the certificate."""
    town.start_signing()
    town.consent()
    town.seal()
    town.consent()
    while complete_signing(completion()):
        pass
    assert town.stage is ContractStage.CONCLUDED


@on_sqlite
def test_it_tells_who_agreed_when_from_where_to_which_version(town: Town, tmp_path: Path) -> None:
    town.conclude()
    text = words(certificate(town, tmp_path))
    with looking(OFFICER) as act:
        envelope, contract = town.envelope(act), town.contract(act)
        prepared = envelope.documents[0].prepared_sha256
        fields = [step.field_name for step in envelope.active_steps]
        expected = (envelope.number, contract.title, contract.number, contract.documents[0].final_sha256)
    assert all(str(fact) in text for fact in (*expected, prepared, *fields))
    for fact in (
        "山田太郎",
        "taro@yamada.example.jp",
        "代表取締役",
        "メールで届いた本人専用のリンク",
        "IPアドレス192.0.2.1",
        "「同意して確認完了」",
        "全1ページのうち1ページを表示",
        "立会人型",
        "時刻認証局",
        "/verify",
        "この証明書はデモです。",
    ):
        assert fact in text, fact
    assert "令和8年5月7日" in text
    assert "〓" not in text


@on_sqlite
def test_it_is_sealed_and_every_judge_finds_it_valid(town: Town, tmp_path: Path) -> None:
    town.conclude()
    path = certificate(town, tmp_path)
    verdict = verify_pdf(path, house().trust, clock.now())
    assert verdict.verdict is VerdictKind.VALID, verdict
    assert [s.kind for s in verdict.signatures] == ["signature", "document_timestamp"]
    assert (verdict.signatures[0].level, verdict.signatures[0].reason) == ("B-LTA", "合意締結証明書の発行")
    pki = Path(house().config["INSTANCE"]) / "keys" / "demo-pki"
    nss = judges.nss_database(tmp_path / "nss", pki / "root.cert.pem", pki / "issuing.cert.pem")
    found = judges.pdfsig(path, nss)
    assert [f.is_valid for f in found if not f.is_timestamp] == [True]
    assert found[-1].covers_whole_file
    assert all(f.is_good for f in judges.openssl(path, pki / "root.cert.pem", clock.now()))
    assert judges.pdf_a(path) == []
    assert all(judges.fonts(path).values())


@on_sqlite
def test_it_is_made_once(town: Town) -> None:
    town.conclude()
    first = facts_of(town)
    town.go_on(minutes=5)
    for _ in range(2):
        complete_all(clock.now())
    assert facts_of(town) == first
    assert town.tags().count("contract:certify") == 1


def test_two_workers_hand_out_one_certificate(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    conclude_only(town)
    made = []
    real = seal_papers._sealed

    def sealed(*given: object) -> bytes:
        content = real(*given)
        made.append(hashlib.sha256(content).hexdigest())
        return content

    monkeypatch.setattr(seal_papers, "_sealed", sealed)
    assert together(town, *[lambda: certify_concluded(completion())] * 2) == [None, None]
    assert facts_of(town)["sha256"] in made
    assert town.tags().count("contract:certify") == 1


@on_sqlite
def test_while_the_authority_is_away_it_is_being_made_and_completes_by_itself(town: Town) -> None:
    conclude_only(town)
    with town.authority_down():
        assert certify_concluded(completion()) == 0
        facts = facts_of(town)
        assert facts["sha256"] is None
        assert facts["problem"]
        assert certify_concluded(completion()) == 0
    town.go_on(seconds=30)
    complete_all(clock.now())
    assert facts_of(town)["sha256"] is None, "not tried again before a minute has passed"
    town.go_on(minutes=10)
    complete_all(clock.now())
    facts = facts_of(town)
    assert facts["sha256"] is not None
    assert facts["problem"] is None


@on_sqlite
def test_a_worker_that_dies_in_between_leaves_nothing_half_made(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    conclude_only(town)
    with monkeypatch.context() as patch:
        patch.setattr(Contract, "certify", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            certify_concluded(completion())
    assert facts_of(town)["sha256"] is None
    complete_all(clock.now())
    assert facts_of(town)["sha256"] is not None


@on_sqlite
def test_a_city_whose_file_is_broken_holds_up_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.start_signing()
    town.consent()
    town.seal()
    town.consent()
    others = {slug: rules for slug, rules in house().cities.items() if slug != town.city}
    with monkeypatch.context() as without:
        without.setitem(house().__dict__, "cities", others)
        town.seal()
    assert town.stage is ContractStage.COMPLETING
    while complete_signing(completion()):
        pass
    with monkeypatch.context() as without:
        without.setitem(house().__dict__, "cities", others)
        assert certify_concluded(completion()) == 0
    assert certify_concluded(completion()) == 1


@on_sqlite
def test_a_contract_on_paper_has_none(town: Town) -> None:
    town.award()
    with acting(OFFICER) as act:
        move_to_paper(act, town.contract(act), reason="申請なし")
    with acting(OFFICER) as act:
        conclude_on_paper(act, town.contract(act), on=clock.today())
    assert certify_concluded(completion()) == 0
    assert facts_of(town)["sha256"] is None


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (CHROME, "Chrome 120、Windows"),
        (SAFARI, "Safari 17、iPhone"),
        (CHROME + " Edg/120.0.1", "Edge 120、Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox 121、Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 500, "x" * 60),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_short(user_agent: str, words: str) -> None:
    assert browser_words(user_agent) == words
