"""Sent back, filed again, answered, changed after acceptance."""

from tests.portal.contractor.desk import ANSWERS, Desk, text_of

REASON = "メールアドレスが代表のものです。ご本人のものに直してください。"


def submitted(desk: Desk):
    client = desk.browser()
    desk.answer(client)
    desk.submit(client)
    return client


def test_what_the_city_sent_back_is_marked_and_filed_again(tosu: Desk) -> None:
    client = submitted(tosu)
    tosu.send_back(REASON, "signatory_email")
    for page in (tosu.base, tosu.filing, f"{tosu.filing}/sections/2"):
        assert REASON in client.get(page).text
    assert "市が直すように求めたところです" in client.get(f"{tosu.filing}/sections/2").text
    assert "変わったところがありません" in client.get(f"{tosu.filing}/check").text
    corrected = {**ANSWERS["tosu"][1], "signatory_email": "new@contractor.example.jp"}
    client.post(f"{tosu.filing}/sections/2", data=corrected)
    assert "new@contractor.example.jp" in client.get(f"{tosu.filing}/check").text
    receipt = client.get(tosu.submit(client)).text
    assert "<del>jiro@contractor.example.jp</del>" in receipt
    assert tosu.versions() == ["sent_back", "submitted"]


def test_both_sides_speak_in_the_thread(tosu: Desk) -> None:
    client = submitted(tosu)
    tosu.send_back(REASON)
    client.post(f"{tosu.filing}/messages", data={"text": "明日直します。"})
    page = client.get(f"{tosu.filing}/messages").text
    assert REASON in page
    assert "明日直します。" in page


def test_an_empty_message_is_refused_in_words(tosu: Desk) -> None:
    answer = submitted(tosu).post(f"{tosu.filing}/messages", data={"text": " "})
    assert answer.status_code == 422
    assert "メッセージの内容が入力されていません" in answer.text


def test_an_accepted_application_is_changed_by_a_new_version(tosu: Desk) -> None:
    """FORM-A15, CITY-27: the same form again, until then the old addresses hold."""
    client = submitted(tosu)
    tosu.accept()
    assert client.get(f"{tosu.filing}/sections/2").status_code == 302
    assert "新しい申請が受理されるまでは" in client.get(f"{tosu.filing}/change").text
    client.post(f"{tosu.filing}/change")
    assert "受理された申請の変更です" in client.get(tosu.filing).text
    assert tosu.versions() == ["accepted", "draft"]
    changed = {**ANSWERS["tosu"][1], "signatory_email": "new@contractor.example.jp"}
    client.post(f"{tosu.filing}/sections/2", data=changed)
    tosu.submit(client)
    assert tosu.versions() == ["accepted", "submitted"]


def test_a_case_on_paper_asks_for_nothing(tosu: Desk) -> None:
    def move(case) -> None:
        case.contracts[0].move_to_paper("事業者の希望のため")

    tosu.read(move)
    page = text_of(tosu.browser().get(tosu.base).text)
    assert "紙の契約書で契約します" in page
    client = tosu.browser()
    assert client.post(f"{tosu.filing}/sections/1", data=ANSWERS["tosu"][0]).status_code == 422
    assert "紙の契約で進めています" in client.get(tosu.filing).text
