"""The three bundled cities: what their guides say of scope, deadlines, amendments, signing and mails."""

from datetime import date, datetime, timedelta

import pytest

from procurement.business_days import CityCalendar
from procurement.cities.loader import load_cities
from procurement.cities.parts import has_domain
from procurement.rules import CaseFacts, DeadlineKind, ProcurementCategory, ProcurementMethod, Route
from procurement.wareki import JST, weekday_of

CITIES = load_cities()
ASHIKAGA, IWAKI, TOSU = CITIES["ashikaga"], CITIES["iwaki"], CITIES["tosu"]
C, M = ProcurementCategory, ProcurementMethod


def facts(category, method=M.OPEN, **known):
    """Facts of a case; dates as ISO texts."""
    dates = {k: date.fromisoformat(v) if k.endswith("_on") else v for k, v in known.items()}
    return CaseFacts(category=category, method=method, **dates)


SCOPE = [
    # CITY-07, CITY-60: Tosu by the notice, CITY-61: its kinds, CITY-62 and AMB-03: two exclusions
    (TOSU, facts(C.CONSTRUCTION_WORKS, noticed_on="2026-02-28"), False, {"scope.start"}),
    (TOSU, facts(C.CONSTRUCTION_WORKS, noticed_on="2026-03-01"), True, {"scope.start"}),
    (TOSU, facts(C.SURVEY_AND_CONSULTING, noticed_on="2026-03-01"), True, {"scope.start"}),
    (TOSU, facts(C.CONSTRUCTION_MAINTENANCE, noticed_on="2026-03-01"), True, {"scope.start"}),
    (TOSU, facts(C.GOODS, noticed_on="2026-03-01"), False, {"scope.category"}),
    (TOSU, facts(C.CONSTRUCTION_WORKS), False, {"scope.start"}),
    (TOSU, facts(C.CONSTRUCTION_WORKS, awarded_on="2026-02-20"), False, {"scope.start"}),
    (
        TOSU,
        facts(C.CONSTRUCTION_WORKS, M.NEGOTIATED, noticed_on="2026-03-01"),
        False,
        {"exclusion.negotiated"},
    ),
    (
        TOSU,
        facts(C.CONSTRUCTION_MAINTENANCE, noticed_on="2026-03-01", performance_starts_on="2027-04-01"),
        False,
        {"exclusion.april_first_start"},
    ),
    (
        TOSU,
        facts(C.CONSTRUCTION_WORKS, noticed_on="2026-03-01", performance_starts_on="2026-04-02"),
        True,
        {"scope.start"},
    ),
    (
        TOSU,
        facts(
            C.CONSTRUCTION_WORKS,
            M.NEGOTIATED,
            noticed_on="2026-02-01",
            performance_starts_on="2026-04-01",
        ),
        False,
        {"scope.start", "exclusion.negotiated", "exclusion.april_first_start"},
    ),
    # CITY-07, CITY-20: Ashikaga by the contract date
    (ASHIKAGA, facts(C.CONSTRUCTION_WORKS, contract_on="2023-08-31"), False, {"scope.start"}),
    (ASHIKAGA, facts(C.CONSTRUCTION_WORKS, contract_on="2023-09-01"), True, {"scope.start"}),
    (ASHIKAGA, facts(C.CONSTRUCTION_RELATED_SERVICES, contract_on="2023-09-01"), True, {"scope.start"}),
    (ASHIKAGA, facts(C.CONSTRUCTION_WORKS), False, {"scope.start"}),
    (ASHIKAGA, facts(C.CONSTRUCTION_WORKS, awarded_on="2023-08-25"), False, {"scope.start"}),
    (ASHIKAGA, facts(C.CONSTRUCTION_WORKS, awarded_on="2023-09-01"), True, {"scope.start"}),
    # CITY-21
    (ASHIKAGA, facts(C.GOODS, contract_on="2023-12-31"), False, {"scope.start"}),
    (ASHIKAGA, facts(C.GOODS, contract_on="2024-01-01"), True, {"scope.start"}),
    (ASHIKAGA, facts(C.PRINTING, contract_on="2024-01-01"), True, {"scope.start"}),
    # CITY-22
    (ASHIKAGA, facts(C.SMALL_WORKS, contract_on="2024-02-01"), False, {"scope.start"}),
    (ASHIKAGA, facts(C.SMALL_WORKS, contract_on="2024-02-01", is_trial=True), True, {"scope.start"}),
    (ASHIKAGA, facts(C.SERVICES, contract_on="2023-03-31", is_trial=True), False, {"scope.start"}),
    (ASHIKAGA, facts(C.SERVICES, contract_on="2024-04-01"), True, {"scope.start"}),
    (ASHIKAGA, facts(C.SURVEY_AND_CONSULTING, contract_on="2024-04-01"), False, {"scope.category"}),
    # CITY-23: a section that has not begun
    (
        ASHIKAGA,
        facts(C.CONSTRUCTION_WORKS, contract_on="2023-08-31", section="契約管財課"),
        False,
        {"scope.start", "section"},
    ),
    # CITY-48: Iwaki has said nothing yet
    (IWAKI, facts(C.PRINTING, M.NEGOTIATED), True, {"scope.start"}),
]


@pytest.mark.parametrize(("city", "case", "eligible", "rules"), SCOPE)
def test_a_case_is_electronic_where_the_citys_guide_says_so(city, case, eligible, rules):
    found = city.eligibility(case)
    assert found.eligible is eligible
    assert rules <= {reason.rule for reason in found.reasons}
    assert all(reason.text and reason.source for reason in found.reasons)
    if not eligible:
        assert {reason.rule for reason in found.reasons} == rules


def test_a_missing_date_is_named_in_the_reason():
    [reason] = TOSU.eligibility(facts(C.CONSTRUCTION_WORKS)).reasons
    assert "公告日（現場説明などの日）が未入力" in reason.text
    [reason] = ASHIKAGA.eligibility(facts(C.CONSTRUCTION_WORKS)).reasons
    assert "契約日が未入力" in reason.text


def test_an_unknown_start_of_performance_is_named_and_does_not_exclude():
    found = TOSU.eligibility(facts(C.CONSTRUCTION_WORKS, noticed_on="2026-03-01"))
    assert any("履行開始日が未入力" in reason.text for reason in found.reasons)


def test_the_trial_is_called_a_trial_and_iwakis_start_unset():
    trial = ASHIKAGA.eligibility(facts(C.CONSTRUCTION_WORKS, contract_on="2023-09-01"))
    assert "（試行）" in trial.reasons[0].text
    assert "未設定" in IWAKI.eligibility(facts(C.GOODS)).reasons[0].text


# CITY-10, CITY-12, CITY-40: award and due instant, weekdays written
DEADLINES = [
    (TOSU, "2026-03-10 火", DeadlineKind.CONTRACT_CONCLUSION, "2026-03-15 日", "23:59:59"),
    (TOSU, "2026-05-01 金", DeadlineKind.CONTRACT_CONCLUSION, "2026-05-06 水", "23:59:59"),
    (TOSU, "2026-12-28 月", DeadlineKind.CONTRACT_CONCLUSION, "2027-01-02 土", "23:59:59"),
    (IWAKI, "2026-03-19 木", DeadlineKind.USAGE_APPLICATION, "2026-03-23 月", "12:00:00"),
    (IWAKI, "2026-05-01 金", DeadlineKind.USAGE_APPLICATION, "2026-05-07 木", "12:00:00"),
    (IWAKI, "2026-12-28 月", DeadlineKind.USAGE_APPLICATION, "2027-01-04 月", "12:00:00"),
]


@pytest.mark.parametrize(("city", "awarded", "kind", "due", "clock"), DEADLINES)
def test_a_deadline_is_the_one_of_the_citys_guide(city, awarded, kind, due, clock):
    for text in (awarded, due):
        assert weekday_of(date.fromisoformat(text[:10])) == text[-1]
    award = datetime.fromisoformat(f"{awarded[:10]}T10:00+09:00")
    [deadline] = city.deadlines(C.CONSTRUCTION_WORKS, award)
    assert deadline.kind is kind
    assert deadline.due_at.isoformat() == f"{due[:10]}T{clock}+09:00"


def test_ashikaga_sets_no_deadline():
    assert ASHIKAGA.deadlines(C.CONSTRUCTION_WORKS, datetime(2026, 5, 1, 10, tzinfo=JST)) == ()


@pytest.mark.parametrize("city", CITIES.values(), ids=CITIES)
def test_an_amendment_is_electronic_only_after_an_electronic_original(city):
    assert city.amendment(Route.ELECTRONIC).allowed
    refused = city.amendment(Route.PAPER)
    assert not refused.allowed
    assert "変更契約" in refused.text


def test_an_assumed_amendment_rule_says_that_it_is_assumed():
    assert "仮定" not in TOSU.amendment(Route.PAPER).source
    assert "仮定" in ASHIKAGA.amendment(Route.PAPER).source
    assert "仮定" in IWAKI.amendment(Route.PAPER).source


def test_reminders_go_out_when_the_catalogue_says_and_never_before_the_award():
    award = datetime(2026, 3, 10, 10, tzinfo=JST)
    [deadline] = TOSU.deadlines(C.CONSTRUCTION_WORKS, award)
    moments = TOSU.reminder_moments(deadline.kind, due_at=deadline.due_at, awarded_at=award)
    assert [m.at.strftime("%m-%d %H:%M") for m in moments] == [
        "03-12 09:00",
        "03-14 09:00",
        "03-15 09:00",
        "03-16 09:00",
    ]
    assert [m.is_overdue for m in moments] == [False, False, False, True]


def test_iwakis_noon_deadline_is_brought_to_mind_at_five_and_three_hours_before():
    for hour, expected in [(10, ["03-19 17:00", "03-23 09:00"]), (18, ["03-23 09:00"])]:
        award = datetime(2026, 3, 19, hour, tzinfo=JST)
        [deadline] = IWAKI.deadlines(C.CONSTRUCTION_WORKS, award)
        moments = IWAKI.reminder_moments(deadline.kind, due_at=deadline.due_at, awarded_at=award)
        assert [m.at.strftime("%m-%d %H:%M") for m in moments if not m.is_overdue] == expected
        assert [m.at.strftime("%m-%d %H:%M") for m in moments if m.is_overdue] == ["03-24 09:00"]


def test_subjects_are_those_of_the_mail_catalogue():
    title = "電子契約サービス委託"
    assert (
        ASHIKAGA.mails.subject_of_request(title=title)
        == f"足利市役所(足利市役所)から「{title}」の確認依頼が届いています"
    )
    assert IWAKI.mails.subject_of_request(title=title) == "いわき市様より 契約への署名依頼が届いています"
    assert TOSU.mails.subject_of_request(title=title) == f"鳥栖市様 より{title}への署名依頼が届いています"
    assert IWAKI.mails.subject_of_completion(title=title) == "電子署名完了のお知らせ"
    assert [c.mails.sender_name for c in (ASHIKAGA, IWAKI, TOSU)] == [
        "クラウドサイン",
        "電子印鑑GMOサイン",
        "電子印鑑GMOサイン",
    ]


SIX = 6 * 1024 * 1024
TWO = 2 * 1024 * 1024
ATTACHED = [
    (ASHIKAGA, SIX - 1, "a@example.jp", True),
    (ASHIKAGA, SIX, "a@example.jp", False),
    (IWAKI, SIX, "a@example.jp", True),
    (IWAKI, SIX + 1, "a@example.jp", False),
    (IWAKI, TWO, "a@docomo.ne.jp", True),
    (IWAKI, TWO + 1, "a@docomo.ne.jp", False),
    (TOSU, 1000, "a@example.jp", False),
]


@pytest.mark.parametrize(("city", "size", "address", "attached"), ATTACHED)
def test_a_concluded_file_is_attached_up_to_the_citys_limit(city, size, address, attached):
    assert city.completion.attaches(size, address) is attached


def test_links_live_as_long_as_the_citys_rule_says():
    sent = datetime(2026, 3, 10, 13, 19, tzinfo=JST)
    ends = [city.completion.download_link_ends_at(sent) for city in (ASHIKAGA, IWAKI, TOSU)]
    assert ends == [sent + timedelta(days=n) for n in (10, 14, 14)]
    assert (ASHIKAGA.signing.request_link_days, TOSU.signing.request_link_days) == (10, 30)


def test_what_a_signatory_may_do_differs_by_style():
    may = {
        city.slug: (city.signing.allow_decline, city.signing.allow_forward, city.signing.allow_problem_report)
        for city in CITIES.values()
    }
    assert may == {
        "ashikaga": (True, True, False),
        "iwaki": (False, False, True),
        "tosu": (False, False, True),
    }


def test_a_carrier_address_is_warned_about_in_iwaki_and_only_there():
    rules = [city.usage_application for city in (IWAKI, TOSU)]
    assert [(rule.warn_carrier_mail, rule.warn_free_mail) for rule in rules] == [(True, True), (False, False)]
    assert has_domain("a@docomo.ne.jp", rules[0].carrier_domains)
    assert has_domain("a@gmail.com", rules[0].free_mail_domains)
    assert not has_domain("a@example.co.jp", rules[0].carrier_domains)


def test_ashikaga_takes_the_form_online_for_works_and_by_mail_for_the_rest():
    rule = ASHIKAGA.usage_application
    assert [str(c) for c in rule.channels_for(C.CONSTRUCTION_WORKS)] == ["web"]
    assert [str(c) for c in rule.channels_for(C.GOODS)] == ["mail"]


@pytest.mark.parametrize("city", CITIES.values(), ids=CITIES)
def test_every_city_closes_on_weekends_holidays_and_at_years_end(city):
    assert city.calendar == CityCalendar()
