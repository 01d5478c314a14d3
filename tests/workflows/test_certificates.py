"""Certificates as the office manages them: PIN letters, passwords, notices once each, revocation told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal import clock, custody
from portal.accounts.models import Account
from portal.acting import acting, looking
from portal.certificate_notices import notice_all
from portal.mail.hidden import revealed
from portal.permissions import Role
from portal.scoping import Scope
from portal.workflows import manage_certificates as manage
from procurement.awards import Award
from procurement.errors import RuleViolation
from signing import certificates as life
from signing.certificates import Holder, Subject
from tests.workflows.town import OFFICER, START, Town, refused

TARO = Subject("山田　太郎", "山田建設株式会社", title="代表取締役")


@pytest.fixture
def company(town: Town) -> str:
    town.go_to(START)
    town.award()
    with looking(OFFICER) as act:
        return act.session.scalars(select(Award.company_id)).one()


def issuer() -> manage.Issuer:
    return manage.Issuer(custody.letter_key(), custody.built_in_ca(), 730)


def issued(town: Town, owner: str) -> tuple[str, str]:
    """A certificate of the demo's own CA for the company's representative, and the PIN in its letter."""
    holder = Holder(owner, "taro@yamada.example.jp", TARO)
    prepared = life.prepare_request(custody.vault(), holder)
    with acting(OFFICER) as act:
        row = manage.issue_certificate(act, town.city, prepared, issuer())
    return row.id, prepared.pin


def test_the_pin_is_mailed_once_and_lies_hidden_in_the_outbox(town: Town, company: str) -> None:
    certificate_id, pin = issued(town, company)
    (letter,) = town.letters(subject="PIN のお知らせ")
    assert letter.to == "taro@yamada.example.jp"
    assert pin not in letter.body
    opened = revealed(letter.body, custody.letter_key())
    assert f"PIN：{pin}" in opened
    assert "/my-certificates/confirmation" in opened
    assert "公的な認証局ではありません" in opened
    assert {"certificate:request", "certificate:issue"} <= set(town.tags())
    with looking(OFFICER) as act:
        assert life.certificate(act.session, certificate_id).issued_at == clock.now()


def test_a_revocation_is_told_to_the_holder_and_by_the_ca(town: Town, company: str) -> None:
    certificate_id, _ = issued(town, company)
    with acting(OFFICER) as act:
        row = manage.revoke_certificate(
            act, town.city, certificate_id, "affiliation", "4月に異動", custody.built_in_ca()
        )
    assert row.revocation_reason == "退職・異動・役職や名称の変更のため：4月に異動"
    (letter,) = town.letters(subject="失効のお知らせ")
    assert "4月に異動" in letter.body
    told = custody.needed_ca().revocation(int(row.serial or "", 16))
    assert told is not None
    assert told.at == clock.now()


def test_only_the_city_that_had_it_issued_renews_or_revokes(town: Town, company: str) -> None:
    """A company works for several cities: one must not take its certificate from the others."""
    certificate_id, _ = issued(town, company)
    other = "iwaki"
    assert other != town.city
    prepared = life.prepare_request(custody.vault(), Holder(company, "taro@yamada.example.jp", TARO))
    with acting(OFFICER) as act:
        own = life.certificate(act.session, certificate_id)
        assert own.managed_by == town.city
        with pytest.raises(RuleViolation) as refusal:
            manage.revoke_certificate(act, other, certificate_id, "cessation", "", custody.built_in_ca())
        assert act.rules(town.city).name in f"{refusal.value}"
        for attempt in (
            lambda: manage.issue_certificate(act, other, prepared, issuer(), renews_id=certificate_id),
            lambda: manage.import_certificate(act, other, certificate_id, b"", custody.trusted()),
        ):
            with refused("certificate_of_another_city"):
                attempt()
    with looking(OFFICER) as act:
        row = life.certificate(act.session, certificate_id)
        assert row.revoked_at is None
        assert custody.needed_ca().revocation(int(row.serial or "", 16)) is None
        assert len(life.certificates_of(act.session, company)) == 1
    with acting(OFFICER) as act:  # one of its own for the same company
        second = manage.issue_certificate(act, other, prepared, issuer())
        assert second.managed_by == other
        manage.revoke_certificate(act, other, second.id, "cessation", "", custody.built_in_ca())
    with looking(OFFICER) as act:
        assert life.certificate(act.session, certificate_id).revoked_at is None


def test_another_reason_needs_words(town: Town, company: str) -> None:
    certificate_id, _ = issued(town, company)
    with refused("reason_missing"), acting(OFFICER) as act:
        manage.revoke_certificate(act, town.city, certificate_id, "unspecified", " ", custody.built_in_ca())


def test_two_documents_of_a_day_bring_one_password(town: Town, company: str) -> None:
    sent = []
    for _ in range(2):
        with acting(OFFICER) as act:
            sent.append(
                manage.send_password_if_needed(
                    act,
                    town.city,
                    custody.vault(),
                    custody.letter_key(),
                    company,
                    "taro@yamada.example.jp",
                    "山田　太郎",
                )
            )
    assert sent == [True, False]
    (letter,) = town.letters(subject="署名用パスワード 発行のお知らせ")
    body = revealed(letter.body, custody.letter_key())
    assert "有効期限　　　　：2026年5月21日（木）" in body
    assert "発行は1日1回" in body
    assert "【問い合わせ先】" in body


def test_a_reissue_is_mailed_and_recorded(town: Town, company: str) -> None:
    for _ in range(2):
        with acting(OFFICER) as act:
            manage.reissue_password(
                act,
                town.city,
                custody.vault(),
                custody.letter_key(),
                company,
                "taro@yamada.example.jp",
                "山田",
            )
    assert len(town.letters(subject="署名用パスワード 発行のお知らせ")) == 2
    assert town.tags().count("signing_password:reissue") == 2


def test_notices_go_to_signer_and_administrators_once_each(town: Town, company: str) -> None:
    from tests.people import person

    person(town.app, Role.ADMIN, "boss", city=town.city)
    certificate_id, _ = issued(town, company)
    with looking(OFFICER) as act:
        ends = life.certificate(act.session, certificate_id).not_after
    assert ends is not None
    for days in (61, 60, 59, 30, 7, 6):
        town.go_to(ends - timedelta(days=days))
        notice_all(clock.now())
        notice_all(clock.now())
    letters = town.letters(subject="電子証明書の期限のお知らせ")
    assert [(each.to, each.subject[-8:]) for each in letters if each.to.startswith("taro")] == [
        ("taro@yamada.example.jp", "あと60日以内）"),
        ("taro@yamada.example.jp", "あと30日以内）"),
        ("taro@yamada.example.jp", "（あと7日以内）"),
    ]
    assert len([each for each in letters if each.to.startswith("boss")]) == 3


def test_the_end_of_the_services_own_key_is_noticed(town: Town) -> None:
    from signing.pades.demo_pki import NOT_AFTER
    from tests.people import person

    person(town.app, Role.ADMIN, "boss", city=town.city)
    for days in (61, 29, 28):
        town.go_to(NOT_AFTER - timedelta(days=days))
        notice_all(clock.now())
    letters = town.letters(to="boss@", subject="署名鍵の証明書の期限のお知らせ")
    assert [each.subject[-8:] for each in letters] == ["あと30日以内）"]
    assert "割符 デモ立会人署名" in letters[0].body


def test_an_address_that_takes_no_mail_keeps_the_notice_from_no_other_city(town: Town) -> None:
    from signing.pades.demo_pki import NOT_AFTER
    from tests.people import person

    city, *others = sorted({"ashikaga", "iwaki", "tosu"})
    lost = person(town.app, Role.ADMIN, "lost", city=city)
    for other in others:
        person(town.app, Role.ADMIN, f"boss-{other}", city=other)
    with acting(OFFICER, Scope()) as act:
        act.session.get_one(Account, lost.id).mail_address = "no address"
    town.go_to(NOT_AFTER - timedelta(days=29))
    notice_all(clock.now())
    assert {
        letter.to.partition("@")[0] for letter in town.letters(subject="署名鍵の証明書の期限のお知らせ")
    } == {f"boss-{other}" for other in others}


@pytest.mark.parametrize(
    ("issued_on", "code"),
    [
        (date(2026, 2, 7), None),
        (date(2026, 5, 7), None),
        (date(2026, 2, 6), "seal_certificate_old"),
        (date(2026, 5, 8), "seal_certificate_future"),
        (None, "seal_certificate_missing"),
    ],
)
def test_seal_certificates_of_more_than_three_months_are_refused(
    issued_on: date | None, code: str | None
) -> None:
    today = date(2026, 5, 7)
    if code is None:
        manage.refuse_old_seal_certificate(issued_on, today)
        return
    with pytest.raises(RuleViolation) as told:
        manage.refuse_old_seal_certificate(issued_on, today)
    assert told.value.code == code


def test_three_months_before_the_last_of_may_is_the_last_of_february() -> None:
    manage.refuse_old_seal_certificate(date(2026, 2, 28), date(2026, 5, 31))
    with pytest.raises(RuleViolation):
        manage.refuse_old_seal_certificate(date(2026, 2, 27), date(2026, 5, 31))
