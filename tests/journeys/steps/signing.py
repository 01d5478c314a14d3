"""What somebody does who is asked to sign: open the mailed link without an account, look, agree in two steps."""

from __future__ import annotations

from tests.journeys.running_portal import RunningPortal
from tests.journeys.steps.towns import Award
from tests.journeys.visitor import Visitor, link_in

SIGNED = "お手続きは完了しました"
CONCLUDED = "契約を締結しました"


def open_request(visitor: Visitor, portal: RunningPortal, award: Award, to: str = "", after: int = 0) -> str:
    """Open the link of the mail that asks to sign (the contractor's, unless `to` says whose); returns the link."""
    letter = portal.wait_for_letter(to or award.signer, award.request_subject, award.title, after)
    link = link_in(letter)
    visitor.open(link)
    visitor.reads(award.title, award.town.name)
    return link


def see_every_page(visitor: Visitor) -> None:
    """Look at each page of each document; only then is there something to agree to."""
    _look_at_pages(visitor)
    while True:
        missing = visitor.page.locator("#answer-note + ul a")
        if not missing.count():
            return
        visitor.press(missing.first.inner_text())
        _look_at_pages(visitor)


def agree(visitor: Visitor, award: Award) -> None:
    """Agree in the city's two steps."""
    press_agree(visitor, award)
    visitor.press(award.town.final_button)


def press_agree(visitor: Visitor, award: Award) -> None:
    """The first of the two steps: nothing has happened yet."""
    visitor.press(award.town.agree_button)
    visitor.reads(award.title)


def confirm_as_clerk(visitor: Visitor, portal: RunningPortal, award: Award) -> None:
    """A clerk of the contractor confirms before the signatory is asked; that makes no seal."""
    assert award.clerk is not None
    open_request(visitor, portal, award, award.clerk[1])
    visitor.reads("契約担当者として書類の内容を確認する依頼です")
    see_every_page(visitor)
    visitor.press("書類の内容を確認した")
    visitor.press("確認を完了する")
    visitor.reads("確認を完了しました")


def decline(visitor: Visitor, reason: str) -> None:
    """Refuse with a reason, where the city's service knows that."""
    visitor.press("同意せず却下する")
    visitor.write("却下する理由", reason)
    visitor.press("却下の内容を確認する")
    visitor.press("同意せず却下する")
    visitor.reads("同意せず却下しました", reason)


def report_problem(visitor: Visitor, problem: str) -> None:
    """Say what is wrong instead of signing."""
    visitor.press("問題を報告する")
    visitor.write("問題の内容", problem)
    visitor.press("報告の内容を確認する")
    visitor.press("問題を報告する")
    visitor.reads("問題の報告を受け付けました", problem)


def contractor_signs(visitor: Visitor, portal: RunningPortal, award: Award, after: int = 0) -> str:
    """The contractor's signatory, from the mail to the end of the contractor's part; returns the link."""
    link = open_request(visitor, portal, award, after=after)
    visitor.reads("契約締結日の欄は、いまは空欄です")
    see_every_page(visitor)
    agree(visitor, award)
    visitor.waits_for(SIGNED)
    return link


def city_signs(visitor: Visitor, portal: RunningPortal, award: Award, after: int = 0) -> str:
    """The city's signatory, by the link of its own mail, up to the concluded contract."""
    link = open_request(visitor, portal, award, award.town.signatory_mail, after)
    visitor.reads("契約締結日は、署名を完了した日になります")
    see_every_page(visitor)
    agree(visitor, award)
    visitor.waits_for(CONCLUDED)
    return link


def both_sign(visitors: tuple[Visitor, Visitor], portal: RunningPortal, award: Award) -> None:
    """Contractor first, then the city."""
    contractor_signs(visitors[0], portal, award)
    city_signs(visitors[1], portal, award)


def _look_at_pages(visitor: Visitor) -> None:
    pictures = visitor.page.locator("figure.viewer__page img")
    assert pictures.count(), visitor.text()
    for number in range(pictures.count()):
        picture = pictures.nth(number)
        picture.scroll_into_view_if_needed()
        visitor.until(
            lambda picture=picture: picture.evaluate("image => image.complete && image.naturalWidth > 0")
        )
