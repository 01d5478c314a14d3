"""The main job at workflow level, in each of the three cities: from the award to the same original on both sides."""

from datetime import date

import pytest

from forms.meanings import Meaning
from portal import clock
from portal.acting import house, looking
from procurement.contracts import ContractStage
from signing import open_download_link, verify_pdf
from tests.workflows.databases import on_sqlite
from tests.workflows.town import OFFICER, START, Town

SUBJECTS = {
    "ashikaga": (
        "足利市役所(足利市役所)から「市道改良工事」の確認依頼が届いています",
        "「市道改良工事」の合意締結が完了しました",
    ),
    "iwaki": ("いわき市様より 契約への署名依頼が届いています", "電子署名完了のお知らせ"),
    "tosu": ("鳥栖市様 より市道改良工事への署名依頼が届いています", "電子署名完了のお知らせ"),
}


def test_from_award_to_conclusion_the_stages_follow_each_other(each_town: Town) -> None:
    town = each_town
    town.award()
    assert town.stage is ContractStage.APPLICATION
    town.file()
    town.accept()
    assert town.stage is ContractStage.DRAFTING
    town.generate()
    town.send()
    assert town.stage is ContractStage.CONTRACTOR_SIGNING
    town.consent()
    town.seal()
    assert town.stage is ContractStage.CITY_SIGNING
    town.consent()
    assert town.stage is ContractStage.COMPLETING
    town.seal()
    assert town.stage is ContractStage.CONCLUDED
    assert town.concluded_on == START.date()
    with looking(OFFICER) as act:
        for document in town.contract(act).documents:
            path = house().store.path(document.final_sha256 or "")
            verdict = verify_pdf(path, house().trust, clock.now())
            assert verdict.is_valid, verdict.summary
            assert verdict.sha256 == document.final_sha256


@on_sqlite
def test_both_sides_get_the_same_file_under_the_city_s_own_subjects(each_town: Town) -> None:
    town = each_town
    town.conclude()
    request, completion = SUBJECTS[town.city]
    for side in ("taro@yamada", "mayor@"):
        (asked,) = town.letters(to=side, subject=request)
        assert asked.subject == request
        (done,) = town.letters(to=side, subject=completion)
        assert done.subject == completion
        expected = [] if town.city == "tosu" else town.originals  # AMB-39: Tosu sends a link only
        assert [item["sha256"] for item in done.attachments] == expected
        assert _download(town, done.body) == town.originals


def _download(town: Town, body: str) -> list[str]:
    token = body.split("/download/")[1].split()[0]
    with looking(OFFICER) as act:
        opened = open_download_link(act.session, token, act.now)
        return [document.head_sha256 for document in opened.envelope.documents]


@on_sqlite
def test_the_city_is_asked_only_after_the_contractor_s_seal_is_stored(town: Town) -> None:
    town.start_signing()
    assert not town.letters(to="mayor@", subject="署名依頼")
    town.consent()
    assert not town.letters(to="mayor@", subject="署名依頼")
    town.seal()
    assert len(town.letters(to="mayor@", subject="署名依頼")) == 1


@on_sqlite
def test_the_contract_date_is_the_day_in_japan_on_which_the_city_signed(town: Town) -> None:
    town.start_signing()
    town.go_to(START.replace(day=8, hour=20))
    town.consent()
    town.seal()
    town.go_to(START.replace(day=9, hour=0, minute=30))  # still the 8th in UTC
    town.consent()
    town.seal()
    assert town.concluded_on == date(2026, 5, 9)


@on_sqlite
@pytest.mark.parametrize("each_town", ["ashikaga"], indirect=True)
def test_clerks_confirm_in_their_order_before_the_signatory_is_asked(each_town: Town) -> None:
    town = each_town
    for number in (1, 2):
        town.answers[Meaning(f"clerk{number}.name")] = f"担当　{number}"
        town.answers[Meaning(f"clerk{number}.email")] = f"clerk{number}@yamada.example.jp"
    town.start_signing()
    asked = []
    for _ in range(4):
        with looking(OFFICER) as act:
            asked.append(town.asked_step(act).email.split("@")[0])
        town.consent()
        town.seal()
    assert asked == ["clerk1", "clerk2", "taro", "mayor"]
    assert town.stage is ContractStage.CONCLUDED
