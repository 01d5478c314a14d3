"""What an officer does: register an award, judge the application, make the contract, send it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.journeys.running_portal import PASSWORD, RunningPortal
from tests.journeys.steps.towns import Award, Town, open_office
from tests.journeys.visitor import Visitor

NOTICED, AWARDED = "令和8年4月10日", "R8.5.7"
STARTS, ENDS = "令和8年5月25日", "令和8年9月30日"
CATEGORY, METHOD = "建設工事", "制限付一般競争入札"


def enter(visitor: Visitor, portal: RunningPortal, town: Town) -> Visitor:
    """The officer signs in."""
    open_office(portal, town)
    visitor.sign_in(town.officer, PASSWORD)
    visitor.reads("今日すること", town.name)
    return visitor


def register_award(visitor: Visitor, award: Award, category: str = CATEGORY) -> None:
    """By hand: type it, see what the city's rules say of it, register."""
    visitor.press("落札を登録する")
    for label, text in _typed(award).items():
        visitor.write(label, text)
    visitor.pick("種別", category)
    visitor.pick("契約の方法", METHOD)
    for words in award.ticks:
        visitor.choose(words)
    visitor.press("規則による判定を確かめる")
    visitor.reads("登録前の確認", "電子契約の対象です", award.town.form_title, award.title)
    visitor.press("この内容で登録する")
    visitor.reads("落札を登録しました", award.title)


def import_awards(visitor: Visitor, csv: Path, *, rows: int) -> None:
    """From the CSV of the tender system: look at every row, then confirm."""
    choose_csv(visitor, csv)
    visitor.reads("まだ何も登録していません", f"{rows}行")
    visitor.press(f"{rows}件を取り込む")
    visitor.reads(f"{rows}件の落札を取り込みました")


def choose_csv(visitor: Visitor, csv: Path) -> None:
    """Up to the preview."""
    visitor.press("CSVで取り込む")
    visitor.upload("CSVファイル", csv)
    visitor.press("内容を確認する")


def open_case(visitor: Visitor, award: Award) -> None:
    """Search the list and open the case."""
    visitor.press("すべての案件")
    visitor.write("件名・番号・事業者", award.number)
    visitor.press("絞り込む")
    visitor.press(award.title)


def open_application(visitor: Visitor, award: Award) -> None:
    open_case(visitor, award)
    visitor.press("申請を審査する")
    visitor.reads(award.town.form_title, award.signer)


def accept(visitor: Visitor, award: Award) -> None:
    """Look at the application and accept it."""
    open_application(visitor, award)
    visitor.press("受理する")
    visitor.reads("受理しました")


def send_back(visitor: Visitor, award: Award, label: str, reason: str) -> None:
    """Mark a field and say what is to be put right."""
    open_application(visitor, award)
    visitor.page.locator("summary", has_text="差し戻す").click()
    visitor.choose(label)
    visitor.write("差し戻す理由", reason)
    visitor.press("差し戻す")
    visitor.reads("差し戻しました", reason)


def draft(visitor: Visitor, award: Award, more: Path | None = None) -> None:
    """Generate the contract from the case, and add a PDF if there is one."""
    open_case(visitor, award)
    visitor.press("契約書類を用意する")
    generate(visitor, more)


def generate(visitor: Visitor, more: Path | None = None) -> None:
    """The same, on the page of the documents."""
    visitor.press("この内容で契約書を作成する")
    visitor.reads("を作成しました", "契約締結日の欄あり")
    if more is not None:
        visitor.upload("PDFファイル", more)
        visitor.press("追加する")
        visitor.reads("1件のPDFを追加しました", more.stem)


def send(visitor: Visitor, award: Award) -> None:
    """See the order of people, the addresses and the subject, then send."""
    visitor.press("宛先を確かめて署名を依頼する")
    visitor.reads("まだ送信していません", award.signer, award.request_subject)
    visitor.press("この内容で署名を依頼する")
    visitor.reads("署名依頼を送信しました")


def draft_and_send(visitor: Visitor, award: Award, more: Path | None = None) -> None:
    draft(visitor, award, more)
    send(visitor, award)


def cancel(visitor: Visitor, award: Award, button: str, reason: str) -> None:
    """Take the request back, with the reason that the contractor reads."""
    open_case(visitor, award)
    visitor.press(button)
    visitor.write("取り消す理由", reason)
    visitor.press("署名依頼を取り消す")
    visitor.reads("署名依頼を取り消しました")


def allow_late_conclusion(visitor: Visitor, award: Award, reason: str) -> None:
    open_case(visitor, award)
    visitor.press("期限後の締結を認める")
    visitor.write("期限後に締結する理由", reason)
    visitor.press("期限後の締結を認める")
    visitor.reads("期限後の締結を認めました", reason)


def move_to_paper(visitor: Visitor, award: Award, reason: str, concluded_on: str) -> str:
    """To paper with a reason, and the date that stands on the paper; returns where the contract's pages are."""
    open_case(visitor, award)
    visitor.press("紙の契約に切り替える")
    visitor.write("紙の契約に切り替える理由", reason)
    visitor.press("紙の契約に切り替える")
    visitor.reads("紙の契約に切り替えました")
    visitor.press("紙の契約の締結日を記録する")
    address = contract_address(visitor)
    visitor.write("契約書に記載した契約締結日", concluded_on)
    visitor.press("締結を記録する")
    visitor.reads("紙の契約書による締結を記録しました")
    return address


def amend(visitor: Visitor, award: Award, price: str, tax: str, reason: str, *, ends_on: str = "") -> None:
    """Begin the amendment of a concluded contract; its documents come next."""
    open_case(visitor, award)
    visitor.press("変更契約を作成する")
    visitor.reads("引き継ぐ宛先", award.signer)
    visitor.write("変更後の契約金額（税込）", price)
    visitor.write("うち消費税及び地方消費税の額", tax)
    if ends_on:
        visitor.write("変更後の期間の終わり", ends_on)
    visitor.write("変更の理由", reason)
    visitor.press("変更契約を作成する")
    visitor.reads("変更契約を作成しました")


def contract_address(visitor: Visitor) -> str:
    """Where the pages of the contract are whose page is open now."""
    found = re.search(r".*/office/contracts/[^/]+", visitor.page.url)
    assert found, visitor.page.url
    return found.group()


def _typed(award: Award) -> dict[str, str]:
    return {
        "業者番号": award.number.replace("-", ""),
        "商号又は名称": award.company,
        "所在地": "見本県髙橋町1丁目2番3号",
        "代表者の職名": "代表取締役",
        "代表者の氏名": "髙橋　花子",
        "メールアドレス": award.company_mail,
        "電話番号": "0942-00-0001",
        "案件番号": award.number,
        "件名": award.title,
        "工事・履行・納入の場所": "見本町地内",
        "担当課": award.town.section,
        "公告日": NOTICED,
        "落札決定日": AWARDED,
        "落札決定の時刻": "9:30",
        "契約金額（税込）": award.price,
        "うち消費税及び地方消費税の額": award.tax,
        "工期・履行期間の始まり": STARTS,
        "工期・履行期間の終わり": ENDS,
    }
