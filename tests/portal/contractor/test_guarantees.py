"""Guarantees at the contractor's door: what is needed, lodging by notice, key or other means, plain words of the status."""

import io
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from forms.issued.key_notices import NoticeFacts, key_notice
from guarantees import testing
from guarantees.keys import AuthenticationKey
from guarantees.lodged import LodgedGuarantee, Means
from guarantees.lookup import RegistryPort
from guarantees.products import Product
from portal import clock
from portal.acting import acting, house
from portal.audit.entries import AuditEntry
from portal.guarantee_looking import look_due
from portal.scoping import Scope
from portal.workflows.decide_guarantee import return_guarantee
from signing.testing import make_pdf
from tests.portal.contractor.desk import OFFICER, OTHER_COMPANY, Desk, text_of
from tests.workflows.secured import KEY, NUMBER, certificate

BEHAVIOURS = {
    "found": (lambda: testing.found(certificate()), "市が照会しました（証書を確認しました）"),
    "mismatch": (lambda: testing.mismatch(certificate()), "市が照会しました（証書を確認しました）"),
    "unavailable": (testing.unavailable, "まだ回答がありません"),
    "explodes": (testing.explodes, "まだ回答がありません"),
}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Pages are tried on one database; the workflows behind them are tried on both."""
    path = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def needing(app: Flask) -> Desk:
    """A case in Tosu that needs a contract guarantee."""
    return Desk(
        app,
        "tosu",
        requires_contract_guarantee=True,
        starts_on=date(2026, 5, 21),
        ends_on=date(2026, 10, 4),
        noticed_on=date(2026, 4, 1),
    )


def base(desk: Desk) -> str:
    return f"{desk.base}/guarantees"


def key_page(desk: Desk, kind: str = "contract") -> str:
    return f"{base(desk)}/{kind}/key"


def lodged_of(desk: Desk) -> list[LodgedGuarantee]:
    with desk.as_officer() as act:
        return list(
            act.session.scalars(select(LodgedGuarantee).where(LodgedGuarantee.case_id == desk.case_id))
        )


def lodge_key(desk: Desk, client: FlaskClient) -> None:
    answer = client.post(key_page(desk), data={"number": NUMBER, "key": KEY})
    assert answer.status_code == 302, text_of(answer.text)


def notice(**changes: object) -> bytes:
    facts = {
        "issuer_name": "西日本建設業保証株式会社",
        "number": NUMBER,
        "key": AuthenticationKey(KEY),
        "product": Product.CONTRACT,
        "work_name": "見本橋補修工事",
        "contractor": "株式会社試験組",
        "orderer": "鳥栖市長",
        "issued_on": date(2026, 5, 7),
    }
    return key_notice("west", NoticeFacts(**(facts | changes)))  # type: ignore[arg-type]


def upload(desk: Desk, client: FlaskClient, content: bytes, name: str = "お知らせ.pdf") -> TestResponse:
    return client.post(f"{base(desk)}/contract/notice", data={"notice": (io.BytesIO(content), name)})


def test_the_page_says_what_is_needed_and_the_case_leads_there(needing: Desk) -> None:
    client = needing.browser()
    assert f"{base(needing)}#contract" in client.get(needing.base).text
    page = text_of(client.get(base(needing)).text)
    assert "提出が必要" in page
    assert "1,100,000円" in page
    assert "認証キーのお知らせ（PDF）を提出する" in page


def test_a_notice_is_read_confirmed_and_lodged(needing: Desk) -> None:
    client = needing.browser()
    read = upload(needing, client, notice())
    assert read.status_code == 200, text_of(read.text)
    page: str = read.text
    assert NUMBER in page
    assert KEY not in page
    assert lodged_of(needing) == []
    word = re.search(r'name="kept" value="([^"]+)"', page)
    assert word
    done = client.post(f"{base(needing)}/contract/notice/confirmed", data={"kept": word[1]})
    assert done.location == base(needing), text_of(done.text)
    assert "市が確認中" in text_of(client.get(base(needing)).text)
    (found,) = lodged_of(needing)
    assert (found.guarantee_contract_number, found.forwarded_to) == (NUMBER, "契約検査課")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "ファイルが選ばれていません"), (b"not a pdf at all", "PDF"), (None, "認証キーのお知らせ")],
)
def test_what_is_no_notice_is_refused_with_what_to_do(
    needing: Desk, content: bytes | None, words: str
) -> None:
    client = needing.browser()
    if content is None:
        content = make_pdf()
    name = "写真.pdf" if content else ""
    answer = upload(needing, client, content, name)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "番号と認証キーを入力する" in answer.text
    assert lodged_of(needing) == []


def test_typed_values_come_back_but_keys_do_not(needing: Desk) -> None:
    client = needing.browser()
    odd = {"number": "207000442", "key": KEY}
    asked = client.post(key_page(needing), data=odd)
    assert asked.status_code == 422
    assert 'value="207000442"' in asked.text
    assert KEY not in asked.text
    assert "桁数をご確認ください" in asked.text
    assert "認証キーだけもう一度入力します" in asked.text
    wide = client.post(
        key_page(needing), data={"number": " ２０７０００４４２６ ", "key": " Ａｂ３ｄＥ５ｇＨ７ｋ "}
    )
    assert wide.status_code == 302
    (found,) = lodged_of(needing)
    with needing.as_officer():
        assert found.key_sealed is not None
        assert house().lodged_secrets.open(found.key_sealed, found.id) == KEY


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_looks_of_the_city_are_seen_in_plain_words(needing: Desk, behaviour: str) -> None:
    client = needing.browser()
    lodge_key(needing, client)
    make, words = BEHAVIOURS[behaviour]
    registry: RegistryPort = make()
    with needing.app.app_context():
        house().__dict__["registry"] = registry
        look_due(clock.now())
    page = text_of(client.get(base(needing)).text)
    assert words in page
    assert "市が確認中" in page
    assert "不一致" not in page
    assert client.get(needing.base).status_code == 200


def test_what_was_sent_back_says_why_and_what_to_do(needing: Desk) -> None:
    client = needing.browser()
    lodge_key(needing, client)
    (found,) = lodged_of(needing)
    with needing.app.app_context(), acting(OFFICER, Scope()) as act:
        return_guarantee(act, act.session.get_one(LodgedGuarantee, found.id), "工事名が違います。")
    page = text_of(client.get(base(needing)).text)
    assert "差戻し" in page
    assert "工事名が違います。" in page
    assert "提出し直す" in page


def test_a_number_of_another_contract_is_told_neutrally_and_the_office_hears_it(
    app: Flask, needing: Desk
) -> None:
    other = Desk(app, "tosu", OTHER_COMPANY, requires_contract_guarantee=True)
    lodge_key(other, other.browser())
    client = needing.browser()
    answer = client.post(key_page(needing), data={"number": NUMBER, "key": KEY})
    assert answer.status_code == 422
    page = text_of(answer.text)
    assert OTHER_COMPANY.name not in page
    assert "ほかの契約" not in page
    with needing.as_officer() as act:
        tags = [entry.tag for entry in act.session.scalars(select(AuditEntry))]
    assert "guarantee:refuse" in tags


def test_other_means_are_announced_and_the_original_is_asked_for(needing: Desk) -> None:
    client = needing.browser()
    page = f"{base(needing)}/contract/means?means=bank"
    empty = client.post(page, data={"issuer_name": "見本銀行"})
    assert empty.status_code == 422
    assert 'value="見本銀行"' in empty.text
    typed = {"issuer_name": "見本銀行", "amount": "1,100,000円", "ends_on": "R8.12.1"}
    assert client.post(page, data=typed).status_code == 302
    (found,) = lodged_of(needing)
    assert found.means is Means.BANK
    assert "原本を窓口または郵送で市に届けます" in text_of(client.get(base(needing)).text)
    exempt = client.post(f"{base(needing)}/contract/means?means=exemption", data={"ground": "希望"})
    assert exempt.status_code == 422
    assert len(lodged_of(needing)) == 1


def test_advance_payments_are_secured_by_a_surety_company_alone(needing: Desk) -> None:
    client = needing.browser()
    page = client.get(f"{base(needing)}/advance_payment/means?means=cash").text
    assert "現金" not in text_of(page).partition("困ったとき")[0]
    assert client.get(f"{base(needing)}/nonsense/means").status_code == 404


def test_where_the_city_takes_the_notice_by_a_paper_the_page_leads_there(app: Flask) -> None:
    desk = Desk(app, "ashikaga", requires_contract_guarantee=True, allows_electronic_guarantee=True)
    client = desk.browser()
    page = client.get(base(desk)).text
    assert f"{desk.base}/filings/authentication_key_notice" in page
    assert "/guarantees/contract/notice" not in page
    assert f"{desk.base}/filings/authentication_key_notice" in client.get(key_page(desk)).text


def test_without_the_citys_permission_only_other_ways_are_open(app: Flask) -> None:
    desk = Desk(app, "ashikaga", requires_contract_guarantee=True)
    client = desk.browser()
    assert "認められていません" in client.get(base(desk)).text
    answer = client.post(key_page(desk), data={"number": "31072-0001M", "key": "Z28YUE4J3Bux"})
    assert answer.status_code == 422
    assert lodged_of(desk) == []


def test_a_case_of_another_company_has_no_guarantees_here(app: Flask, needing: Desk) -> None:
    other = Desk(app, "tosu", OTHER_COMPANY, requires_contract_guarantee=True)
    client = needing.browser()
    for path in ("", "/contract/notice", "/contract/key", "/contract/means"):
        assert client.get(f"{base(other)}{path}").status_code == 404, path
    for path, data in (
        ("/contract/key", {"number": NUMBER, "key": KEY}),
        ("/contract/notice/confirmed", {"kept": "x"}),
        ("/contract/means?means=cash", {"amount": "1"}),
    ):
        assert client.post(f"{base(other)}{path}", data=data).status_code == 404, path
    assert lodged_of(other) == []


def test_the_help_page_tells_how_to_read_a_notice(client: FlaskClient) -> None:
    page = text_of(client.get("/help/guarantees").text)
    for words in ("認証キーのお知らせの見方", "保証契約番号", "郵送", "その日のうち"):
        assert words in page
    assert "/help/guarantees" in client.get("/help").text
