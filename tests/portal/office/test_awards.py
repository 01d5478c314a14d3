"""Awards by hand and by CSV: what the rules say is shown first, mistakes are named, nothing happens twice."""

import io

import pytest
from flask.testing import FlaskClient

from tests.portal.office.desk import AWARD, OfficeDesk, text_of

HEAD = "案件番号,案件名,種別,入札方式,公告日,落札決定日,落札金額,落札者,業者番号,メールアドレス"
GOOD = 'R8-200,橋りょう補修工事,建設工事,制限付一般競争入札,令和8年4月1日,R8.5.1,"１，２３４，０００円",株式会社試験組,77,a@example.jp'
BROKEN = "R8-201,こわれた行,建設工事,制限付一般競争入札,令和8年4月1日,令和8年13月1日,約百万,株式会社試験組,77,a@example.jp"


def csv_of(*lines: str, encoding: str = "utf-8") -> dict[str, tuple[io.BytesIO, str]]:
    return {"file": (io.BytesIO("\r\n".join([HEAD, *lines]).encode(encoding)), "rakusatsu.csv")}


def test_the_check_page_says_what_the_rules_say_and_writes_nothing(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    page = text_of(officer.post("/office/awards/new", data=AWARD))
    assert "電子契約の対象です" in page
    assert "12,345,000円" in page
    assert "契約締結期限は、令和8年5月12日（火）までです" in page
    assert "電子契約利用承諾書" in page
    assert "落札を登録した案件" in text_of(officer.get("/office/cases"))
    assert "試験通り舗装工事" not in officer.get("/office/cases").text


def test_a_negotiated_contract_is_shown_as_paper(desk: OfficeDesk, officer: FlaskClient) -> None:
    page = text_of(officer.post("/office/awards/new", data=AWARD | {"method": "negotiated"}))
    assert "電子契約の対象外です" in page
    assert "随意契約は電子契約の対象外です" in page


def test_registering_twice_makes_one_case(desk: OfficeDesk, officer: FlaskClient) -> None:
    first = officer.post("/office/awards", data=AWARD)
    second = officer.post("/office/awards", data=AWARD)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    with desk.app.app_context():
        assert len(desk.town.letters(to="kumi@")) == 1


def test_a_number_of_another_case_is_refused_with_everything_typed(
    desk: OfficeDesk, officer: FlaskClient
) -> None:
    officer.post("/office/awards", data=AWARD)
    answer = officer.post("/office/awards/new", data=AWARD | {"title": "別の工事"})
    assert answer.status_code == 422
    assert "すでに登録されています" in answer.text
    assert 'value="別の工事"' in answer.text


def test_every_mistake_is_named_at_its_field(desk: OfficeDesk, officer: FlaskClient) -> None:
    typed = AWARD | {
        "awarded_on": "令和8年13月1日",
        "contract_price": "たくさん",
        "company_name": "",
        "corporate_number": "123",
    }
    answer = officer.post("/office/awards/new", data=typed)
    assert answer.status_code == 422
    for part in (
        'href="#awarded_on"',
        'href="#contract_price"',
        'href="#company_name"',
        'href="#corporate_number"',
    ):
        assert part in answer.text
    assert 'value="たくさん"' in answer.text
    assert "<title>エラー" in answer.text


def test_a_company_of_the_register_fills_its_fields(desk: OfficeDesk, officer: FlaskClient) -> None:
    desk.play("award")
    typed = {"title": "書きかけ", "company_search": "山田"}
    found = officer.post("/office/awards/new", data=typed | {"action": "search"})
    assert "company:0123" in found.text
    assert 'value="書きかけ"' in found.text
    filled = officer.post("/office/awards/new", data=typed | {"action": "company:0123"})
    assert 'value="山田建設株式会社"' in filled.text
    assert 'value="keiyaku@yamada.example.jp"' in filled.text
    assert (
        "登録簿にありません"
        in officer.post("/office/awards/new", data={"company_search": "zz", "action": "search"}).text
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_csv_is_shown_first_and_imported_once(
    desk: OfficeDesk, officer: FlaskClient, encoding: str
) -> None:
    preview = officer.post("/office/awards/import", data=csv_of(GOOD, encoding=encoding)).headers["Location"]
    page = officer.get(preview)
    assert "橋りょう補修工事" in page.text
    assert "1,234,000" in page.text
    assert "橋りょう補修工事" not in officer.get("/office/cases").text
    assert officer.post(preview).status_code == 302
    assert officer.get("/office/cases").text.count("橋りょう補修工事") == 1
    assert "登録済み" in officer.get(preview).text
    officer.post(preview)
    assert officer.get("/office/cases").text.count("橋りょう補修工事") == 1


def test_one_broken_row_keeps_all_rows_out(desk: OfficeDesk, officer: FlaskClient) -> None:
    preview = officer.post("/office/awards/import", data=csv_of(GOOD, BROKEN)).headers["Location"]
    page = text_of(officer.get(preview))
    assert "落札決定日 「令和8年13月1日」" in page
    assert "落札金額" in page
    assert "約百万" in page
    refused = officer.post(preview)
    assert refused.status_code == 422
    assert "誤りのある行が1行" in refused.text
    assert "橋りょう補修工事" not in officer.get("/office/cases").text


def test_a_file_that_is_no_csv_of_awards_is_refused_in_words(desk: OfficeDesk, officer: FlaskClient) -> None:
    assert "ファイルが選ばれていません" in officer.post("/office/awards/import", data={}).text
    sent = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv")}
    answer = officer.get(officer.post("/office/awards/import", data=sent).headers["Location"])
    assert answer.status_code == 422
    assert "必要な列が見つかりません" in answer.text


def test_a_preview_belongs_to_its_city(desk: OfficeDesk, officer: FlaskClient) -> None:
    preview = officer.post("/office/awards/import", data=csv_of(GOOD)).headers["Location"]
    other = OfficeDesk(desk.app, desk.town.stack, "iwaki").browser()
    assert other.get(preview).status_code == 404
    assert officer.get(preview[:-2] + "xx").status_code == 404


def test_the_template_can_be_imported(desk: OfficeDesk, officer: FlaskClient) -> None:
    template = officer.get("/office/awards/import/template.csv")
    sent = {"file": (io.BytesIO(template.data), "t.csv")}
    page = officer.get(officer.post("/office/awards/import", data=sent).headers["Location"])
    assert "1件を取り込む" in page.text
