"""The announced means of a guarantee (保証の方法): read from the usage application in the words of its form. (FORM-I11 to FORM-I16)"""

import pytest

from forms.meanings import Meaning
from guarantees.lodged import Means
from portal.acting import looking
from portal.workflows.announced_means import AnnouncedMeans, announced_means, means_named
from tests.workflows.town import OFFICER, Town


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_answer_of_the_application_is_read(town: Town) -> None:
    town.city = "iwaki"
    town.open_office()
    town.award(requires_contract_guarantee=True)
    assert announced(town) is None
    town.answers = {Meaning.GUARANTEE_METHOD: "surety"}
    town.file()
    said = announced(town)
    assert said is not None
    assert said.means == (Means.ELECTRONIC_SURETY, Means.PAPER_SURETY)
    assert said.text.startswith("保証事業会社の保証")
    assert not said.is_accepted
    town.accept()
    said = announced(town)
    assert said is not None
    assert said.is_accepted


def announced(town: Town) -> AnnouncedMeans | None:
    with looking(OFFICER) as act:
        return announced_means(act.session, town.case_id)


def test_the_words_of_a_choice_decide() -> None:
    words = {
        "現金納付": (Means.CASH,),
        "銀行等金融機関の保証": (Means.BANK,),
        "履行保証保険契約 の締結": (Means.INSURANCE,),
        "工事履行保証契約（履行ボンド）": (Means.PERFORMANCE_BOND,),
        "国債の提供": (Means.GOVERNMENT_BONDS,),
        "契約保証金の免除": (Means.EXEMPTION,),
        "その他": (),
    }
    assert {word: means_named(word) for word in words} == words
