"""Pages of advance payments, both doors: ask, claim, recognise, approve, pay, send back; refusals with the way out."""

from datetime import timedelta
from itertools import product

import pytest
from flask.testing import FlaskClient

from portal import clock
from portal.accounts.case_links import issue_case_link
from portal.acting import acting, looking
from portal.office import listings
from portal.office.payment_lists import payment_counts, payments_query
from portal.payment_views import OPEN, turn_of
from portal.permissions import Role
from portal.scoping import Scope
from portal.workflows.advance_payments import payments_of
from portal.workflows.decide_award import NewCompany
from procurement.advance_payments import AdvancePayment, PaymentStatus
from tests.portal.office.desk import OfficeDesk, text_of
from tests.workflows import payments as play
from tests.workflows.town import OFFICER, START

ACCOUNT = {
    "bank": "見本銀行",
    "branch": "本店",
    "kind": "普通",
    "number": "１２３４５６７",
    "holder": "ヤマダケンセツ",
}


class Paying:
    """One concluded case with the browsers of its contractor and of the officer."""

    def __init__(self, desk: OfficeDesk, **changes: object) -> None:
        self.desk = desk
        with desk.app.app_context():
            play.conclude(desk.town, **changes)
        self.officer, self.contractor = desk.browser("officer"), self.contractor_browser()
        self.office = f"{desk.case}/advance-payments"
        self.mine = f"/contractor/cases/{desk.town.case_id}/advance-payments"

    def contractor_browser(self) -> FlaskClient:
        """A browser that came by the link of the mail."""
        with self.desk.app.app_context(), acting(OFFICER, Scope()) as act:
            case = self.desk.town.case(act)
            assert case.award is not None
            company_id = case.award.company_id
            token = issue_case_link(
                act.session, city=case.city, case_id=case.id, company_id=company_id, now=act.now
            )
        client = self.desk.app.test_client()
        client.get(f"/enter/{token}")
        return client

    def rows(self) -> list[AdvancePayment]:
        with self.desk.app.app_context(), acting(OFFICER, Scope()) as act:
            return list(payments_of(act.session, self.desk.town.case_id))

    def ask(self, kind: str = "advance_payment", **typed: str) -> str:
        """Ask for a payment; its id."""
        before = {row.id for row in self.rows()}
        answer = self.contractor.post(f"{self.mine}/new/{kind}", data={"amount": "4,400,000円"} | typed)
        assert answer.status_code == 302, text_of(answer)
        (made,) = {row.id for row in self.rows()} - before
        return made

    def step(self, payment_id: str, name: str, reason: str = "") -> str:
        """Post a decision of the officer; the words of the page it leads to."""
        answer = self.officer.post(
            f"{self.office}/{payment_id}/steps/{name}", data={"reason": reason}, follow_redirects=True
        )
        return f"{answer.status_code} {text_of(answer)}"

    def secure(self, amount: int, kind: object = play.ADVANCE) -> None:
        with self.desk.app.app_context():
            play.secure(self.desk.town, kind, amount)  # type: ignore[arg-type]


@pytest.fixture
def paying(desk: OfficeDesk) -> Paying:
    return Paying(desk)


def test_from_the_phone_to_the_paid_day(paying: Paying) -> None:
    page = text_of(paying.contractor.get(paying.mine))
    assert "申請できる額：4,400,000円まで" in page
    assert "いまは中間前払金を申請できません" in page
    asked = paying.contractor.post(
        f"{paying.mine}/new/advance_payment", data={"amount": "４，４００，０００"}
    )
    (row,) = paying.rows()
    assert asked.location == f"{paying.mine}/{row.id}/claim"
    claimed = paying.contractor.post(asked.location, data=ACCOUNT, follow_redirects=True)
    assert "前払金を請求しました。" in text_of(claimed)
    assert "市の承認を待っています" in text_of(claimed)
    assert "1234567" in text_of(paying.officer.get(paying.office))
    assert paying.step(row.id, "approval").startswith("422")
    assert "前払金保証が、市でまだ受理されていません。" in paying.step(row.id, "approval")
    paying.secure(4_400_000)
    assert "支払を承認しました。" in paying.step(row.id, "approval")
    paid = paying.officer.post(
        f"{paying.office}/{row.id}/paid", data={"paid_on": "令和8年5月7日"}, follow_redirects=True
    )
    assert "支払日を記録しました。" in text_of(paid)
    assert "2026年5月7日（木）に支払われました。" in text_of(paying.contractor.get(f"{paying.mine}/{row.id}"))
    history = text_of(paying.officer.get(paying.desk.case))
    assert "前払金を支払いました（支払日 2026-05-07）" in history
    assert "支払済" in text_of(paying.contractor.get(f"/contractor/cases/{paying.desk.town.case_id}"))


def test_too_much_comes_back_with_what_was_typed(paying: Paying) -> None:
    blank = text_of(paying.contractor.get(f"{paying.mine}/new/advance_payment"))
    assert "前払金の保証" in blank
    assert "端数があります" not in blank, "nothing is said of an amount that nobody has typed"
    answer = paying.contractor.post(f"{paying.mine}/new/advance_payment", data={"amount": "4,400,001"})
    assert answer.status_code == 422
    assert "4,400,000円以下の額にします。" in text_of(answer)
    assert "4,400,001" in answer.text
    answer = paying.contractor.post(f"{paying.mine}/new/advance_payment", data={"amount": "よんひゃく"})
    assert answer.status_code == 422
    assert "金額として読めません" in text_of(answer)
    assert paying.rows() == []


def test_an_account_that_cannot_be_read_comes_back(paying: Paying) -> None:
    payment_id = paying.ask()
    answer = paying.contractor.post(f"{paying.mine}/{payment_id}/claim", data=ACCOUNT | {"number": "12a"})
    assert answer.status_code == 422
    assert "口座番号が読み取れません。" in text_of(answer)
    answer = paying.contractor.post(f"{paying.mine}/{payment_id}/claim", data={"bank": "見本銀行"})
    assert "預金の種類が選ばれていません。" in text_of(answer)
    assert paying.rows()[0].claimed_at is None


def test_an_interim_payment_is_recognised_before_it_is_claimed(paying: Paying) -> None:
    first = paying.ask()
    paying.secure(4_400_000)
    paying.contractor.post(f"{paying.mine}/{first}/claim", data=ACCOUNT)
    paying.step(first, "approval")
    paying.officer.post(f"{paying.office}/{first}/paid", data={"paid_on": "2026-05-07"})
    paying.desk.town.go_to(START + timedelta(days=50))
    assert clock.today() == (START + timedelta(days=50)).date()
    paying.officer, paying.contractor = paying.desk.browser("officer"), paying.contractor_browser()
    second = paying.ask("interim_advance_payment", amount="2,200,000", progress_percent="55")
    waits = text_of(paying.contractor.get(f"{paying.mine}/{second}/claim"))
    assert "市の認定が済むと、請求できます。" in waits
    assert "認定の理由が入力されていません" in paying.step(second, "recognition")
    assert "要件を認定しました。" in paying.step(second, "recognition", "工程表のとおり")
    paying.contractor.post(f"{paying.mine}/{second}/claim", data=ACCOUNT)
    paying.secure(2_200_000, play.INTERIM)
    assert "職員の判断が要る項目（部分払との選択）" in paying.step(second, "approval")
    assert "支払を承認しました。" in paying.step(second, "approval", "届出の様式がないため")
    lines = text_of(paying.officer.get("/office/advance-payments?status=approved"))
    assert "中間前払金 2,200,000" in lines
    assert "支払日の記録" in lines


def test_sent_back_with_the_reason_and_asked_again(paying: Paying) -> None:
    payment_id = paying.ask(amount="4,000,000")
    assert "申請を差し戻しました。" in paying.step(payment_id, "return", "額を確認してください。")
    page = text_of(paying.contractor.get(paying.mine))
    assert "市からの連絡：額を確認してください。" in page
    assert paying.ask() != payment_id


def test_a_step_out_of_its_turn_says_so(paying: Paying) -> None:
    payment_id = paying.ask()
    page = paying.officer.get(f"{paying.office}/{payment_id}/steps/approval")
    assert "いまはこの手続きができません" in text_of(page)
    assert "段階のため、承認はできません。" in paying.step(payment_id, "approval")
    page = paying.officer.get(f"{paying.office}/{payment_id}/paid")
    assert "支払を承認すると記録できます。" in text_of(page)
    assert paying.officer.get(f"{paying.office}/{payment_id}/steps/nothing").status_code == 404
    assert paying.contractor.get(f"{paying.mine}/new/contract").status_code == 404


def test_the_right_payment_under_another_case_is_not_found(paying: Paying) -> None:
    payment_id = paying.ask()
    other = Paying(
        paying.desk, number="R8-002", company=NewCompany(name="よその組", mail_address="other@example.jp")
    )
    for client, place in (
        (other.contractor, f"{other.mine}/{payment_id}"),
        (other.contractor, f"{paying.mine}/{payment_id}"),
        (other.contractor, f"{other.mine}/{payment_id}/claim"),
        (paying.officer, f"{other.office}/{payment_id}/steps/return"),
        (paying.officer, f"{other.office}/{payment_id}/paid"),
        (paying.desk.stranger(Role.OFFICER, "iwaki"), paying.office),
    ):
        assert client.get(place).status_code == 404, place
    strangers_list = paying.desk.stranger(Role.AUDITOR, "ashikaga").get("/office/advance-payments")
    assert "前払金の申請はありません" in text_of(strangers_list)


def test_the_queue_holds_what_waits_for_the_office(paying: Paying) -> None:
    queue = "/office/cases?stage=payments"
    payment_id = paying.ask()
    assert "市道改良工事" not in paying.officer.get(queue).text
    paying.contractor.post(f"{paying.mine}/{payment_id}/claim", data=ACCOUNT)
    assert "市道改良工事" in paying.officer.get(queue).text
    paying.step(payment_id, "return", "口座が違うため")
    assert "市道改良工事" not in paying.officer.get(queue).text


AT: dict[str, dict[str, object]] = {
    "requested": {},
    "recognised": {"recognised_at": START},
    "claimed": {"claimed_at": START},
    "approved": {"claimed_at": START, "approved_at": START},
    "paid": {"approved_at": START, "paid_on": START.date()},
    "returned": {"approved_at": START, "returned_at": START},
}


def test_the_database_pages_the_list_in_the_order_of_turns(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = (play.ADVANCE, play.INTERIM)
    with paying.desk.app.app_context(), acting(OFFICER, Scope()) as act:
        case = paying.desk.town.case(act)
        for number, (facts, kind) in enumerate(product(AT.values(), kinds), start=1):
            act.session.add(
                AdvancePayment(
                    city=case.city,
                    case_id=case.id,
                    company_id=case.contracts[0].company_id,
                    kind=kind,
                    amount=number,
                    requested_at=START,
                    requested_by="山田",
                    conditions=[],
                    **facts,
                )
            )
    rows = paying.rows()
    with paying.desk.app.app_context(), looking(OFFICER, Scope()) as act:
        for status in PaymentStatus:
            found = {row.id for row in act.session.scalars(payments_query(status.value))}
            assert found == {row.id for row in rows if row.status is status}, "SQL says what the entity says"
        assert payment_counts(act) == dict.fromkeys(PaymentStatus, 2)
        everything = list(act.session.scalars(payments_query("")))
    states = list(PaymentStatus)
    keys = [(not turn_of(p)[1], p.status not in OPEN, states.index(p.status)) for p in everything]
    assert keys == sorted(keys)
    assert len(keys) == len(rows) == 12
    monkeypatch.setattr(listings, "PAGE_SIZE", 5)
    pages = [text_of(paying.officer.get(f"/office/advance-payments?page={page}")) for page in (1, 2, 3)]
    assert "12件" in pages[0]
    assert [page.count("市道改良工事") for page in pages] == [5, 5, 2]


def test_a_city_with_the_paper_leads_to_the_paper(desk: OfficeDesk) -> None:
    desk.town.city = "ashikaga"
    desk.play("open_office")
    paying = Paying(desk)
    page = paying.contractor.get(paying.mine)
    assert "「前払金申請書及び前払金請求書」を書く" in text_of(page)
    assert f"/contractor/cases/{desk.town.case_id}/filings/advance_payment" in page.text
