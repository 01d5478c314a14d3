"""Registering what came to the office: key notices by mail, typed numbers and keys, every other means."""

import io

from flask.testing import FlaskClient

from guarantees.lodged import Means
from tests.portal.office.desk import OfficeDesk, text_of, value_of
from tests.portal.office.guarantee_desk import RECEIVED, kept, notice, tags
from tests.workflows.secured import KEY, NUMBER


def test_a_notice_that_came_by_mail_is_read_confirmed_and_registered(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    base = f"{secured.case}/guarantees"
    upload = {"notice": (io.BytesIO(notice()), "お知らせ.pdf")}
    read = officer.post(f"{base}/notice?obligation=contract", data=upload)
    assert read.status_code == 200, text_of(read)
    assert NUMBER in read.text
    assert KEY not in read.text
    word = value_of(read, "kept")
    late = officer.post(f"{base}/notice/confirmed?obligation=contract", data={"kept": word})
    assert late.status_code == 422
    done = officer.post(f"{base}/notice/confirmed?obligation=contract", data={"kept": word, **RECEIVED})
    assert done.status_code == 302, text_of(done)
    found = kept(secured, done.location)
    assert found.guarantee_contract_number == NUMBER
    assert found.channel.value == "mail"
    assert found.notice_says is not None
    assert KEY not in str(found.notice_says)
    opened = officer.post(f"{done.location}/notice")
    assert opened.mimetype == "application/pdf"
    assert "guarantee:key:show" in tags(secured)


def test_a_word_of_another_case_or_none_opens_no_notice(secured: OfficeDesk, officer: FlaskClient) -> None:
    base = f"{secured.case}/guarantees"
    upload = {"notice": (io.BytesIO(notice()), "お知らせ.pdf")}
    word = value_of(officer.post(f"{base}/notice", data=upload), "kept")
    secured.play("award", number="R8-002", title="別の工事", requires_contract_guarantee=True)
    other = f"{secured.case}/guarantees/notice/confirmed"
    for kept_word in (word, "nonsense", ""):
        answer = officer.post(other, data={"kept": kept_word, **RECEIVED})
        assert answer.status_code == 422
        assert "見つかりません" in answer.text


def test_typed_numbers_and_keys_are_asked_about_once_and_the_key_never_comes_back(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    address = f"{secured.case}/guarantees/new?obligation=contract&means=electronic_surety"
    typed = {"number": "２０７０００４４２", "key": KEY, **RECEIVED}
    asked = officer.post(address, data=typed)
    assert asked.status_code == 422
    assert "桁数をご確認ください" in asked.text
    assert KEY not in asked.text
    assert "２０７０００４４２" in asked.text
    without = officer.post(address, data={**typed, "key": "", "is_sure": "y"})
    assert without.status_code == 422
    assert "認証キーが空欄です" in without.text
    done = officer.post(address, data={**typed, "number": NUMBER})
    assert done.status_code == 302, text_of(done)
    assert kept(secured, done.location).guarantee_contract_number == NUMBER


def test_every_other_means_is_registered_with_its_fields(secured: OfficeDesk, officer: FlaskClient) -> None:
    for number, means in enumerate(means for means in Means if means is not Means.ELECTRONIC_SURETY):
        address = f"{secured.case}/guarantees/new?obligation=contract&means={means.value}"
        empty = officer.post(address, data=RECEIVED)
        assert empty.status_code == 422, means
        assert "空欄です" in empty.text
        typed = {
            "issuer_name": "見本銀行本店",
            "amount": "1,100,000",
            "ends_on": "令和8年12月1日",
            "number": f"第{number}号",
            "ground": "契約規則による",
            "viewing_url": "https://insurer.example.jp/view",
            "viewing_password": "himitsu-7",
            "original_here": "y",
            **RECEIVED,
            "reception-channel": "counter",
        }
        done = officer.post(address, data=typed)
        assert done.status_code == 302, text_of(done)
        found = kept(secured, done.location)
        assert found.means is means
        assert (found.original_received_on is not None) == means.has_original, means
        assert "himitsu-7" not in officer.get(done.location).text


def test_a_viewing_address_that_is_none_is_refused_with_what_was_typed(
    secured: OfficeDesk, officer: FlaskClient
) -> None:
    address = f"{secured.case}/guarantees/new?obligation=contract&means=viewing_url"
    typed = {"issuer_name": "見本損害保険", "viewing_url": "javascript:alert(1)", "viewing_password": "x"}
    answer = officer.post(address, data={**typed, **RECEIVED})
    assert answer.status_code == 422
    assert "https://" in answer.text
    assert "見本損害保険" in answer.text
