"""What a contractor does: open the mailed link, write the city's form, check it, hand it in."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps.towns import Award
from tests.journeys.visitor import Visitor, link_in

GO_ON = "保存して次へ進む"


def open_case(visitor: Visitor, portal: RunningPortal, award: Award) -> None:
    """Open the case by the link of the mail about the award."""
    subject = f"【{award.town.name}】落札者決定のお知らせ（{award.title}）"
    visitor.open(link_in(portal.wait_for_letter(award.company_mail, subject)))
    visitor.reads(award.title, award.number)


def file_application(
    visitor: Visitor, portal: RunningPortal, award: Award, attachment: Path | None = None
) -> str:
    """The whole application: from the mail to the receipt, whose number is returned."""
    write_application(visitor, portal, award, attachment)
    return submit(visitor, portal, award)


def write_application(
    visitor: Visitor, portal: RunningPortal, award: Award, attachment: Path | None = None
) -> None:
    """Up to the check page, nothing handed in yet."""
    open_case(visitor, portal, award)
    visitor.press("申請の記入を始める")
    visitor.reads(award.town.form_title)
    visitor.press("記入を始める")
    answers = answers_of(award)
    while visitor.offers(GO_ON):
        fill_in(visitor, answers)
        visitor.press(GO_ON)
    if attachment is not None:
        attach(visitor, "契約書（案）", attachment)
        visitor.press("確認の画面へ進む")
    visitor.reads("内容を確認して提出する", award.title)


def fill_in(visitor: Visitor, answers: dict[str, str]) -> None:
    """Write what is known into every question of the page that asks for it; tick what has to be ticked."""
    for label, answer in answers.items():
        if visitor.page.get_by_label(label).count():
            visitor.write(label, answer)
    for words in ("契約締結権者", "権限を有することを確認しました"):
        found = visitor.page.get_by_label(words).and_(visitor.page.locator("[type=radio], [type=checkbox]"))
        if found.count():
            found.first.check()


def attach(visitor: Visitor, kind: str, file: Path) -> None:
    """Add one file to the application."""
    part = visitor.page.get_by_role("region", name=kind)
    part.locator("input[type=file]").set_input_files(str(file))
    visitor.press(f"{kind}を追加する")
    visitor.reads(file.name)


def submit(visitor: Visitor, portal: RunningPortal, award: Award) -> str:
    """Hand in what the check page shows; the receipt is on the page and in a mail."""
    visitor.press("この内容で提出する")
    visitor.reads("提出を受け付けました", "受付番号")
    number = visitor.page.locator("dt:has-text('受付番号') + dd").first.inner_text().strip()
    subject = f"【{award.town.name}】「{award.town.form_title}」を受け付けました（受付番号 {number}）"
    assert award.title in portal.wait_for_letter(award.company_mail, subject)
    return number


def correct(visitor: Visitor, portal: RunningPortal, award: Award, label: str, answer: str) -> None:
    """Open the mail that asks for a correction, put one answer right, check, and hand in again."""
    subject = f"【{award.town.name}】「{award.town.form_title}」の修正のお願い"
    visitor.open(link_in(portal.wait_for_letter(award.company_mail, subject, award.title)))
    visitor.press("内容を直して提出し直す")
    visitor.press("記入を続ける")
    while visitor.offers(GO_ON):
        question = f"{label} 必須"
        if visitor.page.get_by_label(question).count():
            visitor.reads("市が直すように求めたところです")
            visitor.write(question, answer)
        visitor.press(GO_ON)
    if visitor.offers("確認の画面へ進む"):
        visitor.press("確認の画面へ進む")
    visitor.reads("前に提出した版から変わったところ", answer)
    submit(visitor, portal, award)


def answers_of(award: Award) -> dict[str, str]:
    """By the words of the question, for the forms of all three cities."""
    name, mail = award.clerk or ("", "")
    usual = {
        "請負（受注）者名": award.company,
        "契約締結権限者の役職": "代表取締役",
        "契約締結権限者の氏名": "髙橋　花子",
        "契約締結権限者のメールアドレス": award.signer,
        "契約事務担当者の部署名": "総務部",
        "契約事務担当者の氏名": "田代　一郎",
        "契約事務担当者の電話番号": "0942-00-1111",
        "契約担当者1の氏名": name,
        "契約担当者1のメールアドレス": mail,
        "利用メールアドレス 必須": award.signer,
        "利用メールアドレスを使う方の役職": "代表取締役",
        "利用メールアドレスを使う方の氏名": "髙橋　花子",
        "担当者氏名": "田代　一郎",
        "電話番号": "0246-00-1111",
    }
    return usual | dict(award.answers)
