"""Sample values for every mail: one case, one company, one contract, as the workflows hand them over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

from guarantees.checks import Result
from guarantees.lodged import Means
from guarantees.lookup import NEUTRAL
from portal.mail import render
from portal.workflows.notify_guarantees import HOW_TO_CORRECT
from procurement.cities.kinds import GuaranteeKind
from procurement.cities.loader import load_cities
from procurement.rules import CityRules, ProcurementCategory
from procurement.wareki import JST
from tests.portal.mails.desk_samples import desk_values
from tests.portal.mails.lodging_samples import lodging_values
from tests.portal.mails.payment_samples import payment_letters

NOW = datetime(2026, 5, 7, 14, 5, 9, tzinfo=JST)
GOLDEN = Path(__file__).parent / "golden"
CITIES = ("ashikaga", "iwaki", "tosu")
FORMS = {
    "ashikaga": "電子契約利用申出書",
    "iwaki": "電子契約利用申請書兼メールアドレス申出書",
    "tosu": "電子契約利用承諾書",
}

COMPANY = Thing(name="見本建設株式会社", representative="代表取締役　見本　太郎")
OFFICER = Thing(name="契約　花子")
CASE = Thing(number="R8-工-001", title="市道改良工事", section="契約課", deadlines=[])
WITNESS = {"signs_as_party": False, "returned_because": None}
CONTRACTOR_STEP = Thing(
    name="見本　太郎",
    title="代表取締役",
    organisation=COMPANY.name,
    email="taro@mihon.example.jp",
    **WITNESS,
)
CITY_STEP = Thing(name="署名　一郎", title="市長", organisation="", email="mayor@city.example.jp", **WITNESS)
PARTY_STEP = Thing(
    **{
        **vars(CONTRACTOR_STEP),
        "signs_as_party": True,
        "returned_because": "署名に使った証明書が失効しています。失効していない証明書で署名してください。",
    }
)
SUCCESSOR = Thing(name="見本　次郎", email="jiro@mihon.example.jp")
CONTRACT = Thing(
    number="mihon-R8-工-001",
    title=CASE.title,
    company=COMPANY,
    case=CASE,
    concluded_on=date(2026, 5, 7),
    documents=[Thing(name="建設工事請負契約書"), Thing(name="仕様書")],
)
ENVELOPE = Thing(number="5050000111", title=CASE.title)
LINK = "https://keiyaku.example.jp/…"
UNTIL = datetime(2026, 5, 17, 14, 5, tzinfo=JST)


@dataclass(frozen=True)
class Sample:
    """One rendering of a mail; `name` is that of its golden file."""

    name: str
    template: str
    city: str
    values: Mapping[str, Any]
    subject: str = ""

    def written(self) -> str:
        """Subject, an empty line, body: what the golden file holds."""
        subject, body = render(self.template, rules=rules_of(self.city), now=NOW, base_url="", **self.values)
        return f"件名：{self.subject or subject}\n\n{body}"


@cache
def rules_of(city: str) -> CityRules:
    return load_cities(None)[city].at(NOW.date())


def samples() -> Iterator[Sample]:
    """Every mail: by city where its words differ by city, else once."""
    for city in CITIES:
        yield from _award_notices(city)
        yield from _signing_letters(city)
    yield from _filing_letters()
    yield from _deadline_letters()
    yield from _signing_reports()
    yield from _completion_letters()
    yield from _preservation_letters()
    yield from _certificate_letters()
    yield from (Sample(name, template, "tosu", values) for name, template, values in desk_values(NOW))
    yield from _guarantee_letters()
    for name, template, values in lodging_values(NOW):
        yield Sample(name, template, "tosu", _to_officer(**values))
    for name, template, values in payment_letters(_to_contractor, _to_officer):
        yield Sample(name, template, "tosu", values)


def _to_contractor(**values: Any) -> dict[str, Any]:
    return {"company": COMPANY, "case": CASE, "link": LINK, **values}


def _to_officer(**values: Any) -> dict[str, Any]:
    return {"officer": OFFICER, "case": CASE, "link": LINK, **values}


def _award(is_eligible: bool) -> Thing:
    reasons = [Thing(text="随意契約は電子契約の対象外です。")]
    return Thing(
        contract_price=38_500_000,
        awarded_on=NOW.date(),
        is_eligible=is_eligible,
        eligibility=Thing(reasons=reasons),
        company=COMPANY,
    )


def _case_with_deadlines(city: str) -> Thing:
    made = rules_of(city).deadlines(ProcurementCategory.CONSTRUCTION_WORKS, NOW)
    return Thing(**{**vars(CASE), "deadlines": list(made), "award": _award(True)})


def _award_notices(city: str) -> Iterator[Sample]:
    case = _case_with_deadlines(city)
    written = {"form_title": FORMS[city], "notice": rules_of(city).notices.award}
    values = _to_contractor(award=_award(True), **written) | {"case": case}
    yield Sample(f"award_notice-{city}", "award_notice", city, values)
    yield Sample(f"award_registered-{city}", "award_registered", city, _to_officer() | {"case": case})
    if city == "tosu":
        values = _to_contractor(award=_award(False), **written)
        yield Sample("award_notice-ineligible", "award_notice", city, values)


def _signing_letters(city: str) -> Iterator[Sample]:
    rules = rules_of(city)
    words = {"title": CASE.title, "number": CASE.number, "city": rules.name, "company": COMPANY.name}
    request, completion = (
        rules.mails.subject_of_request(**words),
        rules.mails.subject_of_completion(**words),
    )
    asked = {"contract": CONTRACT, "link": LINK, "expires_at": UNTIL}
    for name, step in (("contractor", CONTRACTOR_STEP), ("city", CITY_STEP)):
        values = asked | {"step": step, "is_city": step is CITY_STEP}
        yield Sample(f"signing_request-{name}-{city}", "signing_request", city, values, request)
    if city == "tosu":
        values = asked | {"step": PARTY_STEP, "is_city": False}
        yield Sample("signing_request-party-again", "signing_request", city, values, request)
    for name, attached in (("attached", True), ("too_large", False)):
        if attached and not rules.completion.attach:
            continue
        values = asked | {"step": CONTRACTOR_STEP, "envelope": ENVELOPE, "attached": attached}
        values["link_only"] = not rules.completion.attach
        yield Sample(f"signing_completed-{name}-{city}", "signing_completed", city, values, completion)


def _filing_letters() -> Iterator[Sample]:
    filing = Thing(title=FORMS["tosu"], company=COMPANY, form_code="usage_application")
    version = Thing(receipt_number="20260507-140509-7K3QM", number=1, submitted_at=NOW, is_late=False)
    late = Thing(**{**vars(version), "is_late": True})
    paper = {"filing": filing, "version": version}
    reason = "契約締結権限者のメールアドレスをご確認ください。"
    for template in ("address_confirmation", "filing_receipt", "filing_accepted"):
        yield Sample(template, template, "tosu", _to_contractor(**paper))
    yield Sample("filing_receipt-late", "filing_receipt", "tosu", _to_contractor(filing=filing, version=late))
    for template in ("filing_sent_back", "filing_rejected"):
        yield Sample(template, template, "tosu", _to_contractor(**paper, reason=reason))
    yield Sample("filing_arrived", "filing_arrived", "tosu", _to_officer(**paper))
    brought = [Thing(obligation=GuaranteeKind.CONTRACT, guarantee_contract_number="31072-0001M")]
    accepted = [Thing(obligation=GuaranteeKind.ADVANCE_PAYMENT, guarantee_contract_number="31072-0002M")]
    for name, withdrawn, kept in (
        ("filing_withdrawn", [], []),
        ("filing_withdrawn-guarantees", brought, accepted),
    ):
        values = _to_officer(**paper, withdrawn=withdrawn, kept=kept)
        yield Sample(name, "filing_withdrawn", "tosu", values)
    text = "添付書類の日付をご確認ください。"
    yield Sample("filing_message-contractor", "filing_message", "tosu", _to_contractor(**paper, text=text))
    yield Sample("filing_message-officer", "filing_message", "tosu", _to_officer(**paper, text=text))


def _deadline_letters() -> Iterator[Sample]:
    application, conclusion = rules_of("iwaki"), rules_of("tosu")
    for city, rules in (("iwaki", application), ("tosu", conclusion)):
        (deadline, *_) = rules.deadlines(ProcurementCategory.CONSTRUCTION_WORKS, NOW)
        for side in ("contractor", "city"):
            values = _to_contractor(deadline=deadline, side=side, days_left=3)
            yield Sample(f"deadline_reminder-{side}-{city}", "deadline_reminder", city, values)
            yield Sample(f"deadline_overdue-{side}-{city}", "deadline_overdue", city, values)


def _signing_reports() -> Iterator[Sample]:
    about = {
        "contract": CONTRACT,
        "reason": "工期の終わりの日が仕様書と異なるため",
        "problem": "履行場所の表記が仕様書と異なっています。",
    }
    people = {"step": CONTRACTOR_STEP, "successor": SUCCESSOR}
    for template in ("moved_to_paper", "signing_cancelled"):
        yield Sample(template, template, "tosu", _to_contractor(**about))
    for template in (
        "signing_declined",
        "signing_forwarded",
        "signing_problem",
        "signing_returned",
        "signing_unverified",
    ):
        yield Sample(template, template, "tosu", _to_officer(**about, **people))


def _completion_letters() -> Iterator[Sample]:
    said = (
        "時刻認証局から応答がありません。（https://tsa.example.jp/: エラーの応答がありました（HTTP 503）。）"
    )
    values = {"officer": OFFICER, "link": LINK, "since": NOW}
    for template in ("completion_waiting", "completion_back"):
        yield Sample(template, template, "tosu", values | {"last_error": said})


def _preservation_letters() -> Iterator[Sample]:
    outage = "時刻認証局から応答がありません。（https://tsa.example.jp: 応答がありません）"
    damage = f"保管している書類が見つからないか、内容が変わっています。（SHA-256: {'0' * 64}）"
    about = {"officer": OFFICER, "name": "建設工事請負契約書", "holds_until": UNTIL, "link": LINK}
    for name, contract, problem, is_outage in (
        ("outage", CONTRACT, outage, True),
        ("damage", CONTRACT, damage, False),
        ("no_contract", None, damage, False),
    ):
        values = about | {
            "contract": contract,
            "problem": problem,
            "is_outage": is_outage,
            "is_shared": is_outage,
        }
        yield Sample(f"preservation_problem-{name}", "preservation_problem", "tosu", values)


def _certificate_letters() -> Iterator[Sample]:
    row = Thing(
        organisation=COMPANY.name,
        title="代表取締役",
        name="見本　太郎",
        serial="4f2a9c",
        authority="見本認証局",
    )
    pin = {"row": row, "pin": "K7QM-3XPR-9T", "link": LINK, "is_own_ca": True, "is_renewal": False}
    yield Sample("certificate_pin", "certificate_pin", "tosu", pin)
    elsewhere = pin | {"is_own_ca": False, "is_renewal": True}
    yield Sample("certificate_pin-renewal", "certificate_pin", "tosu", elsewhere)
    yield Sample(
        "certificate_revoked", "certificate_revoked", "tosu", {"row": row, "reason": "代表者の交代のため"}
    )
    ends = {"person": row.name, "part": "電子証明書", "holder": row.name, "serial": row.serial, "days": 30}
    ends |= {"not_after": UNTIL, "is_holder": True, "link": ""}
    yield Sample("certificate_expiring-holder", "certificate_expiring", "tosu", ends)
    officer = ends | {"person": OFFICER.name, "is_holder": False, "link": LINK}
    yield Sample("certificate_expiring-officer", "certificate_expiring", "tosu", officer)
    service = officer | {"part": "署名鍵の証明書", "serial": "", "link": ""}
    yield Sample("certificate_expiring-service", "certificate_expiring", "tosu", service)
    password = {"person": row.name, "password": "030430", "expires_on": UNTIL.date(), "days": 10}
    yield Sample("signing_password", "signing_password", "tosu", password)


def _guarantee_letters() -> Iterator[Sample]:
    obligation, means = GuaranteeKind.CONTRACT, Means.ELECTRONIC_SURETY
    words = "証書の工事名「市道改良（第2工区）工事」が、契約の工事名「市道改良工事」と違います。"
    lodged = Thing(
        obligation=obligation,
        means=means,
        guarantee_contract_number="31072-0001M",
        accepted_at=NOW,
        returned_because=words,
        alarm="保証会社が、この保証契約を解約しました。",
    )
    look = Thing(registry_name="保証確認サービス", looked_at=NOW, problem="")
    unknown = Thing(**{**vars(look), "problem": NEUTRAL})
    line = {"label": "工事名", "result": Result.LOOK.label, "words": words}
    for result, lines, kept in (
        (Result.MATCH, [], look),
        (Result.LOOK, [line], look),
        (Result.MISMATCH, [], unknown),
    ):
        values = _to_officer(lodged=lodged, look=kept, result=result, lines=lines)
        yield Sample(f"guarantee_looked-{result.value}", "guarantee_looked", "tosu", values)
    yield Sample("guarantee_alarmed", "guarantee_alarmed", "tosu", _to_officer(lodged=lodged, look=look))
    yield Sample("guarantee_accepted", "guarantee_accepted", "tosu", _to_contractor(lodged=lodged))
    back = _to_contractor(lodged=lodged, how_to_correct=HOW_TO_CORRECT[True])
    yield Sample("guarantee_returned", "guarantee_returned", "tosu", back)
    limit = Thing(words="契約金額38,500,000円の10分の1以上（3,850,000円以上）")
    for side in ("contractor", "office"):
        asked = {"obligation": obligation, "limit": limit, "due": UNTIL.date(), "days_left": 3, "side": side}
        values = _to_contractor(officer=OFFICER, **asked)
        yield Sample(f"guarantee_missing-{side}", "guarantee_missing", "tosu", values)
    text = "保証期間が令和8年9月30日に終わり、工期の終わり（令和8年10月5日）より前です。"
    yield Sample("guarantee_expiring", "guarantee_expiring", "tosu", _to_officer(lodged=lodged, text=text))
    text = "最後に確かめたのは令和8年4月7日（30日前）です。保証確認サービスの画面で、変更や解約がないかを確かめ直します。"
    yield Sample(
        "guarantee_look_again", "guarantee_look_again", "tosu", _to_officer(lodged=lodged, text=text)
    )


def write_golden_files() -> None:
    """After a wording was changed on purpose: `python -m tests.portal.mails.samples`, then read the difference."""
    for path in GOLDEN.glob("*.txt"):
        path.unlink()
    for sample in samples():
        (GOLDEN / f"{sample.name}.txt").write_text(sample.written(), encoding="utf-8")


if __name__ == "__main__":
    write_golden_files()
