"""Towns and awards of the journeys: who is who, and the exact words that each city's own service uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from portal.permissions import Role
from tests.journeys.running_portal import RunningPortal


@dataclass(frozen=True)
class Town:
    """A city, its two people, and the words of its forms, mails and buttons."""

    slug: str
    name: str
    section: str
    form_title: str
    request_subject: str
    completion_subject: str
    agree_button: str
    final_button: str

    @property
    def officer(self) -> str:
        return f"{self.slug}-{Role.OFFICER.value}"

    @property
    def signatory(self) -> str:
        return f"{self.slug}-{Role.SIGNATORY.value}"

    @property
    def officer_mail(self) -> str:
        return f"officer@{self.slug}.example.jp"

    @property
    def signatory_mail(self) -> str:
        return f"mayor@{self.slug}.example.jp"


TOSU = Town(
    slug="tosu",
    name="鳥栖市",
    section="契約検査課",
    form_title="電子契約利用承諾書",
    request_subject="鳥栖市様 より{title}への署名依頼が届いています",
    completion_subject="電子署名完了のお知らせ",
    agree_button="完了する",
    final_button="署名手続きを完了する",
)
ASHIKAGA = Town(
    slug="ashikaga",
    name="足利市",
    section="契約管財課",
    form_title="電子契約利用申出書",
    request_subject="足利市役所(足利市役所)から「{title}」の確認依頼が届いています",
    completion_subject="「{title}」の合意締結が完了しました",
    agree_button="書類の内容に同意",
    final_button="同意して確認完了",
)
IWAKI = Town(
    slug="iwaki",
    name="いわき市",
    section="財政部契約課",
    form_title="電子契約利用申請書兼メールアドレス申出書",
    request_subject="いわき市様より 契約への署名依頼が届いています",
    completion_subject="電子署名完了のお知らせ",
    agree_button="完了する",
    final_button="署名手続きを完了する",
)
COMMON_ANSWERS: Mapping[str, str] = {
    "担当者氏名": "田代　一郎",
    "契約事務担当者の部署名": "総務部",
    "契約事務担当者の氏名": "田代　一郎",
    "電話番号": "0942-00-1111",
}


@dataclass(frozen=True)
class Award:
    """A case to be: what the officer types, who won, and who signs for them."""

    town: Town
    number: str
    title: str
    signatory_mail: str = ""
    company: str = "株式会社髙橋建設"
    price: str = "11,000,000"
    tax: str = "1,000,000"
    clerk: tuple[str, str] | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()

    @property
    def company_mail(self) -> str:
        """One address for each case, so that mails of journeys in the same portal are told apart."""
        return f"keiyaku-{self.number.lower()}@takahashi.example.jp"

    @property
    def signer(self) -> str:
        return self.signatory_mail or self.company_mail

    @property
    def request_subject(self) -> str:
        return self.town.request_subject.format(title=self.title)

    @property
    def completion_subject(self) -> str:
        return self.town.completion_subject.format(title=self.title)

    def with_answers(self, **answers: str) -> Award:
        return replace(self, answers={**self.answers, **answers})


def open_office(portal: RunningPortal, town: Town) -> None:
    """An officer and the mayor of a city, once for each portal."""
    if town.slug in portal.offices:
        return
    portal.offices.add(town.slug)
    portal.person(
        Role.OFFICER,
        town.slug,
        name="契約　さくら",
        mail_address=town.officer_mail,
        section=town.section,
    )
    portal.person(Role.SIGNATORY, town.slug, name="市長　誠", mail_address=town.signatory_mail)
