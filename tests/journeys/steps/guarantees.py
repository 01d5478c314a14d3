"""What a city does about guarantees: registers, looks up, decides; and how its signature waits for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps import contractor, filings, office, signing
from tests.journeys.steps.towns import Award
from tests.journeys.visitor import Visitor

CHECKED = "証書を確認しました"
NOTICE, PAPER = "認証キーのお知らせ", "⑧電子保証に係る認証キーのお知らせ"


def file_notices(portal: RunningPortal, manager: Visitor, award: Award, *notices: Path) -> None:
    """Through the city's filing, one file after the other, from a phone."""
    contractor.open_case(manager, portal, award)
    filings.begin(manager, PAPER)
    for notice in notices:
        if not manager.page.get_by_role("region", name=NOTICE).count():
            manager.press("添付書類を追加・変更する")
        contractor.attach(manager, NOTICE, notice)
    filings.hand_in(manager)


def open_guarantees(officer: Visitor, award: Award) -> str:
    """The officer's page of all guarantees of a case; returns its address."""
    office.open_case(officer, award)
    address = officer.page.url.split("?")[0] + "/guarantees"
    officer.open(address)
    officer.reads("保証", award.title)
    return address


def open_lodged(officer: Visitor, award: Award, number: str, times: int = 1) -> None:
    """The officer's page of the newest guarantee of this number, once it was lodged so many times."""
    open_guarantees(officer, award)
    row = officer.page.locator("tr", has_text=number)
    _look_again_until(officer, lambda: row.count() >= times)
    newest = row.filter(has_not_text="差戻し") if times > 1 else row
    with officer.page.expect_navigation(wait_until="load"):
        newest.last.get_by_role("link").first.click()
    officer.look()


def register_notice(officer: Visitor, award: Award, notice: Path) -> None:
    """The officer registers a key notice that came by mail: the PDF is read, shown, confirmed."""
    open_guarantees(officer, award)
    officer.press("届いた保証を登録する")
    officer.upload("認証キーのお知らせ（PDF）", notice)
    officer.press("PDFを読み取る")
    officer.reads("まだ登録していません", award.title)
    officer.choose("メール")
    officer.press("この内容で登録する")
    officer.reads("届いた保証を登録しました")


def look_now(officer: Visitor) -> None:
    """The officer asks the registry again, on the page of the guarantee."""
    officer.press("いま照会する")
    officer.reads("照会しました")


def wait_for_look(officer: Visitor, words: str = CHECKED) -> None:
    """The page of a lodged guarantee says, sooner or later, what the portal's own look brought."""
    _look_again_until(officer, lambda: words in officer.text())
    officer.reads(words)


def decide(officer: Visitor, code: str, label: str, reason: str) -> None:
    """A doubtful line of the open guarantee is fine, for this reason."""
    line = officer.page.locator(f"#line-{code}")
    line.get_by_label("問題なし").check()
    line.get_by_label(f"{label}の判断の理由").fill(reason)
    officer.press_in(line, "判断を記録する")
    officer.reads("判断済み（問題なし）", reason)


def accept(officer: Visitor, remark: str = "") -> None:
    """Accept the guarantee whose page is open."""
    officer.write("受理の理由・備考", remark)
    officer.press("受理する")
    officer.reads("保証を受理しました")


def send_back(officer: Visitor, reason: str) -> None:
    """Send the guarantee back whose page is open."""
    officer.write("差戻しの理由（事業者に伝わります）", reason)
    officer.press("差し戻す")
    officer.reads("差し戻しました", reason)


def city_is_refused(visitor: Visitor, portal: RunningPortal, award: Award, *words: str) -> str:
    """The city's signatory opens the request and is told why it cannot sign yet; returns the link."""
    link = signing.open_request(visitor, portal, award, award.town.signatory_mail)
    visitor.reads("いまは署名できません")
    visitor.reads("市はまだ署名できません", *words)
    assert not visitor.offers(award.town.agree_button), "there is nothing to press"
    return link


def city_signs_now(visitor: Visitor, link: str, award: Award) -> None:
    """The same link, once nothing stands in the way."""
    visitor.open(link)
    signing.see_every_page(visitor)
    signing.agree(visitor, award)
    visitor.waits_for(signing.CONCLUDED)


def _look_again_until(visitor: Visitor, is_so: Callable[[], object]) -> None:
    """Open the same page again and again until something is so, as somebody does who waits."""

    def so_after_a_look() -> bool:
        if is_so():
            return True
        visitor.page.reload()
        visitor.look()
        return False

    visitor.until(so_after_a_look)
