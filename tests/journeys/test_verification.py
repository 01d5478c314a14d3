"""Verification in a browser: anybody holds a file against the page, at a desk and on a phone, with and without scripts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.acting import house
from procurement.contracts import ContractStage
from signing.testing import make_pdf
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import PATIENCE, RunningPortal
from tests.journeys.visitor import Visitor
from tests.portal.public.changed_files import encrypted, one_byte_changed, with_annotation
from tests.portal.signer.desk import SigningDesk

pytestmark = pytest.mark.journey

Files = dict[str, Path]


@pytest.fixture(scope="module")
def files(portal: RunningPortal, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A contract that both sides have signed, its certificate, and what may have become of it."""
    folder = tmp_path_factory.mktemp("files")
    desk = SigningDesk(portal.app, "tosu").send()
    desk.play("contractor_consents")
    wait_until(lambda: stage(desk) is ContractStage.CITY_SIGNING and len(asked(desk)) == 2)
    desk.play("city_consents")
    wait_until(lambda: certificate(desk) is not None)
    with portal.app.app_context():
        sealed = house().store.read(certificate(desk) or "")
    original = desk.final_pdf()
    contents = {
        "契約書": original,
        "合意締結証明書": sealed,
        "変更1バイト": one_byte_changed(original),
        "注釈付き": with_annotation(original),
        "未署名": make_pdf(),
        "文章": "契約書ではありません。".encode(),
        "途中まで": make_pdf()[:900],
        "保護": encrypted(original),
    }
    for name, content in contents.items():
        (folder / f"{name}.pdf").write_bytes(content)
    return {name: folder / f"{name}.pdf" for name in contents}


def wait_until(is_so: Callable[[], bool]) -> None:
    """The jobs of the running portal do their work meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "the jobs did not get there"
        time.sleep(0.2)


def stage(desk: SigningDesk) -> ContractStage:
    with desk.app.app_context(), desk.looking() as act:
        return desk.contract(act).stage


def asked(desk: SigningDesk) -> list[str]:
    return [step.id for step in desk.steps() if step.asked_at]


def certificate(desk: SigningDesk) -> str | None:
    with desk.app.app_context(), desk.looking() as act:
        return desk.contract(act).certificate_sha256


def verify(visitor: Visitor, pdf: Path) -> None:
    visitor.open("/verify")
    visitor.upload("検証するPDF", pdf)
    visitor.press("検証する")


def test_what_the_page_says_of_each_file(visit: VisitMaker, files: Files) -> None:
    anybody = visit()
    expected = {
        "契約書": ("署名は有効です", "このポータルに保管されている原本と一致します"),
        "合意締結証明書": ("署名は有効です", "合意締結証明書の発行"),
        "変更1バイト": (
            "この文書は信頼できません",
            "市の契約担当課に連絡し、締結された原本を受け取り直します。",
        ),
        "注釈付き": ("この文書は信頼できません", "署名したときと現在の見比べ"),
        "未署名": ("電子署名がありません", "締結したときに受け取った元のPDFファイルで検証します。"),
        "文章": ("PDFファイルではありません", "契約書のPDFファイルを選び直します。"),
        "途中まで": ("有効かどうかを確かめられません", "もう一度ダウンロードしたファイルで試します。"),
        "保護": ("有効かどうかを確かめられません", "保護される前のファイル"),
    }
    for name, words in expected.items():
        verify(anybody, files[name])
        anybody.reads(*words, "次にすること")


def test_on_a_phone_the_pictures_stand_below_each_other(visit: VisitMaker, files: Files) -> None:
    anybody = visit(phone=True)
    verify(anybody, files["注釈付き"])
    anybody.reads("この文書は信頼できません", "署名したときと現在の見比べ")
    places = anybody.page.locator(".side").evaluate_all(
        "sides => sides.map(s => s.getBoundingClientRect().left)"
    )
    assert len(set(places)) == 1
    verify(anybody, files["契約書"])
    anybody.reads("署名は有効です")


def test_every_line_of_the_panel_is_there(visit: VisitMaker, files: Files) -> None:
    anybody = visit()
    verify(anybody, files["契約書"])
    anybody.reads(
        "署名済みであり、すべての署名が有効です。",
        "バージョン 1: ",
        "により署名済み",
        "署名は有効です",
        "信頼ソース取得元",
        "文書は、このタイムスタンプが適用されてから変更されていません",
        "埋め込みタイムスタンプが署名に含まれています。",
        "署名は LTV 対応です.",
        "バージョン 3: ",
        "によりタイムスタンプ付与済み",
    )
    anybody.does_not_read("Adobe Approved Trust List", "証明書の経路\n")
    anybody.page.get_by_text("証明書の経路、失効確認").first.click()
    anybody.reads("証明書の経路\n", "失効確認\n", "暗号方式\n", "有効性：10年後")


def test_the_changed_page_is_seen_beside_the_signed_one(visit: VisitMaker, files: Files) -> None:
    anybody = visit()
    verify(anybody, files["注釈付き"])
    pictures = anybody.page.get_by_role("img", name="の1ページ目")
    assert pictures.count() == 2
    widths = pictures.evaluate_all("images => images.map(image => image.naturalWidth)")
    assert all(width > 300 for width in widths), "the policy of the page lets the pictures through"
    assert anybody.page.locator(".side__marks rect").count() == 2


def test_it_works_without_scripts_and_keeps_nothing(
    portal: RunningPortal, visit: VisitMaker, files: Files
) -> None:
    before = sorted((portal.instance / "documents").rglob("*"))
    anybody = visit(scripts=False)
    verify(anybody, files["注釈付き"])
    anybody.reads("この文書は信頼できません", "署名したときと現在の見比べ")
    assert anybody.page.context.cookies() == []
    assert sorted((portal.instance / "documents").rglob("*")) == before


def test_help_shows_the_panel_at_every_width(visit: VisitMaker) -> None:
    for phone in (False, True):
        anybody = visit(phone=phone)
        anybody.open("/help/signatures")
        anybody.reads("署名パネルの見え方", "してはいけないこと", "プログラムから検証するには")
