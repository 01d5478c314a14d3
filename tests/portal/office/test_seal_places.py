"""Visible seals: chosen before sending, shown as they will be, by click or by numbers, with and without scripts."""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from portal.acting import acting, house
from portal.scoping import Scope
from portal.workflows.act import Act
from signing import CirculationStep, StepRole
from signing.testing import make_seal_image
from tests.journeys.visitor import Visitor
from tests.portal.office.desk import OfficeDesk, text_of, value_of
from tests.signing import hard_files
from tests.workflows.town import OFFICER, SMALL

LENGTHS = {"left": "25", "bottom": "40", "width": "60", "height": "21"}


@pytest.fixture
def drafting(desk: OfficeDesk) -> OfficeDesk:
    desk.play("award", "file", "accept", "draft")
    return desk


def links(answer: TestResponse, words: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(rf'href="([^"]+)">{words}', answer.text)]


def placed(officer: FlaskClient, link: str, **values: str) -> TestResponse:
    """The form of the place page, sent with these values."""
    kept = {name: found[0] for name, found in parse_qs(urlsplit(link).query).items()}
    return officer.get(urlsplit(link).path, query_string=kept | LENGTHS | values)


def test_signatures_are_invisible_until_somebody_places_a_seal(drafting, officer):
    page = officer.get(f"{drafting.contract}/send")
    assert text_of(page).count("不可視 紙面には表示しません") == 2
    assert len(links(page, "可視にして位置を決める")) == 2


def test_a_placed_seal_is_sent_with_the_envelope(drafting, officer):
    first, last = links(officer.get(f"{drafting.contract}/send"), "可視にして位置を決める")
    shown = placed(officer, first, text="y")
    assert shown.status_code == 200
    back = placed(officer, first, text="y", decide="1").headers["Location"]
    page = officer.get(back)
    assert "「契約書」1ページ目に印影を表示します" in text_of(page)
    kept = re.search(r'name="(seal-\d+)" value="([^"]+)"', page.text)
    assert kept
    assert kept[2] == "1,1,25,40,60,21,1,"
    sent = {
        "fingerprint": value_of(page, "fingerprint"),
        "signatory": value_of(page, "signatory"),
        kept[1]: kept[2],
    }
    assert (
        officer.post(f"{drafting.contract}/send", data={**sent, kept[1]: "1,1,26,40,60,21,1,"}).status_code
        == 422
    )
    assert officer.post(f"{drafting.contract}/send", data=sent).headers["Location"] == drafting.case
    with drafting.app.app_context(), acting(OFFICER, Scope()) as act:
        query = select(CirculationStep).where(CirculationStep.role == StepRole.SIGNER)
        contractor, city = act.session.scalars(query.order_by(CirculationStep.position))
        assert city.appearance is None
        assert contractor.appearance is not None
        assert contractor.appearance["page"] == 1
        assert contractor.appearance["left"] == pytest.approx(70.866)
    assert last != first


def test_the_click_is_the_middle_of_the_seal_and_it_stays_on_the_page(drafting, officer):
    link = links(officer.get(f"{drafting.contract}/send"), "可視にして位置を決める")[0]
    middle = placed(officer, link, text="y", **{"at.x": "270", "at.y": "382"}).text
    assert 45 < float(value(middle, "left")) + 0 < 80
    corner = placed(officer, link, text="y", **{"at.x": "539", "at.y": "1"}).text
    assert float(value(corner, "left")) + 60 <= 210
    assert float(value(corner, "bottom")) + 21 <= 297
    entered = placed(officer, link, text="y", **{"at.x": "0", "at.y": "0"}).text
    assert value(entered, "left") == "25", "the Enter key sends a click at 0, 0"


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def test_the_picture_shows_the_seal_where_it_will_be(drafting, officer):
    link = links(officer.get(f"{drafting.contract}/send"), "可視にして位置を決める")[0]
    shown = placed(officer, link, text="y")
    source = re.search(r'src="([^"]*seal\.png[^"]*)"', shown.text)
    assert source
    picture = officer.get(source[1].replace("&amp;", "&"))
    assert picture.mimetype == "image/png"
    with Image.open(io.BytesIO(picture.data)) as page:
        scale = page.width / 210
        high = page.height / scale
        box = [25 * scale, (high - 61) * scale, 85 * scale, (high - 40) * scale]
        inside = page.convert("RGB").crop([round(edge) for edge in box])
        outside = page.convert("RGB").crop((0, round(box[1]), round(box[0]) - 6, round(box[3])))
    colours = {colour for _, colour in inside.getcolors(100_000)}
    assert any(red - green > 40 for red, green, _ in colours), "the frame is red"
    assert outside.getextrema() == ((255, 255),) * 3


def test_a_seal_image_is_checked_and_kept(drafting, officer):
    link = links(officer.get(f"{drafting.contract}/send"), "可視にして位置を決める")[0]
    query = {name: found[0] for name, found in parse_qs(urlsplit(link).query).items()}
    place = f"{drafting.contract}/send/seal-image"
    refused = officer.post(place, data=query | {"file": (io.BytesIO(b"GIF89a"), "印影.png")})
    assert refused.status_code == 422
    assert "PNGまたはJPEGの画像ではありません" in refused.text
    missing = officer.post(place, data=query)
    assert missing.status_code == 422
    taken = officer.post(place, data=query | {"file": (io.BytesIO(make_seal_image()), "印影.jpg")})
    shown = officer.get(taken.headers["Location"])
    assert "印影の画像を入れる" in shown.text
    chosen = re.search(r'name="seal-\d+" value="[^"]*,([0-9a-f]{64})"', shown.text)
    assert chosen
    with drafting.app.app_context():
        assert house().store.read(chosen[1]).startswith(b"\x89PNG")


def test_an_address_cannot_name_any_file_of_the_store_as_an_image(drafting, officer):
    with drafting.app.app_context():
        contract = house().store.put(SMALL)
    page = officer.get(f"{drafting.contract}/send", query_string={"seal-1": f"1,1,25,40,60,21,0,{contract}"})
    first = links(page, "位置を変更する")[0]
    assert "印影の画像を入れる" not in officer.get(first).text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"left": "ひだり", "text": "y"}, "位置として読めません"),
        ({"width": "8", "height": "8", "text": "y", "decide": "1"}, "枠が小さく"),
        ({"decide": "1"}, "文字も画像もありません"),
    ],
)
def test_a_seal_that_cannot_be_is_said_at_once(drafting, officer, values, words):
    link = links(officer.get(f"{drafting.contract}/send"), "可視にして位置を決める")[0]
    answer = placed(officer, link, **values)
    assert answer.status_code == 422
    assert words in answer.text


def test_overlapping_seals_are_not_sent(drafting, officer):
    page = officer.get(f"{drafting.contract}/send")
    numbers = [parse_qs(urlsplit(link).query)["party"][0] for link in links(page, "可視にして位置を決める")]
    seals = {f"seal-{number}": "1,1,25,40,60,21,1," for number in numbers}
    page = officer.get(f"{drafting.contract}/send", query_string=seals)
    sent = {"fingerprint": value_of(page, "fingerprint"), "signatory": value_of(page, "signatory")}
    answer = officer.post(f"{drafting.contract}/send", data=sent | seals)
    assert answer.status_code == 422
    assert "重なっています" in answer.text
    assert drafting.stage == "drafting"


def test_a_city_that_shows_its_seals_decides_for_everybody(drafting, officer, monkeypatch):
    """Placed, or invisible because somebody chose so; never by oversight."""
    rules_for_all = Act.rules

    def visible(act: Act, city: str):
        rules = rules_for_all(act, city)
        return replace(rules, signing=replace(rules.signing, visible_signature=True))

    monkeypatch.setattr(Act, "rules", visible)
    page = officer.get(f"{drafting.contract}/send")
    assert text_of(page).count("印影の位置を決めてください") == 2
    sent = {"fingerprint": value_of(page, "fingerprint"), "signatory": value_of(page, "signatory")}
    refused = officer.post(f"{drafting.contract}/send", data=sent)
    assert refused.status_code == 422
    assert "印影の位置が決まっていません" in refused.text
    numbers = [parse_qs(urlsplit(link).query)["party"][0] for link in links(page, "可視にして位置を決める")]
    hidden = {f"seal-{number}": "hidden" for number in numbers}
    assert officer.post(f"{drafting.contract}/send", data=sent | hidden).status_code == 302


def test_whoever_does_not_sign_has_no_seal(drafting, officer):
    assert officer.get(f"{drafting.contract}/send/seal?party=99").status_code == 404
    assert officer.get(f"{drafting.contract}/send/seal.png").status_code == 404


def test_what_is_unusual_about_an_upload_is_said_at_once(drafting, officer):
    place = f"{drafting.contract}/documents"
    upload = (io.BytesIO(hard_files.missing_font()), "図面.pdf")
    officer.post(place, data={"files": [upload]})
    assert "「図面」: 埋め込まれていない書体があります(MS-Mincho)" in officer.get(place).text
    refused = officer.post(place, data={"files": [(io.BytesIO(hard_files.hidden_layers()), "図面.pdf")]})
    assert refused.status_code == 422
    assert "表示されない設定のレイヤー" in refused.text


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (360, True), (360, False)])
def test_in_a_browser(
    drafting: OfficeDesk, officer: FlaskClient, browser: Browser, width: int, scripts: bool
):
    """By keyboard and by click; every page is judged."""
    [cookie] = officer._cookies.values()
    with served(drafting.app) as address:
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 800}, java_script_enabled=scripts
        )
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        visitor = Visitor(context.new_page(), judged=scripts)
        visitor.open(f"{drafting.contract}/send")
        with visitor.page.expect_navigation(wait_until="load"):
            visitor.page.get_by_role("link", name="可視にして位置を決める").first.click()
        visitor.look()
        visitor.write("左の端から", "30")
        with visitor.page.expect_navigation(wait_until="load"):
            visitor.page.keyboard.press("Enter")
        assert visitor.page.get_by_label("左の端から").input_value() == "30"
        with visitor.page.expect_navigation(wait_until="load"):
            visitor.page.locator("input[type=image]").click(position={"x": 200, "y": 420})
        assert visitor.page.get_by_label("左の端から").input_value() != "30"
        visitor.look()
        visitor.press("この位置に決める")
        visitor.reads("1ページ目に印影を表示します")
        visitor.press("この内容で署名を依頼する")
        context.close()
    assert drafting.stage == "contractor_signing"
