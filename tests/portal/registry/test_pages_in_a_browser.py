"""Every page of the registry's own door in a browser: axe finds nothing, nothing overflows, on a phone and a desk."""

import logging
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from guarantees.lookup import NEUTRAL
from guarantees.registry.orderers import load_orderers
from portal.cli.registries import DEMO_ORDERERS
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import CONTENTS, KEY, NUMBER, ORDERER, OTHER_ORDERER
from tests.journeys.visitor import Visitor
from tests.portal.registry.conftest import PASSWORD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def address(portal: Flask) -> Iterator[str]:
    """The registry behind a real server, with the orderers of the usage report."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with portal.app_context(), writing() as session:
        load_orderers(session, DEMO_ORDERERS.read_text(encoding="utf-8"))
    server = make_server("127.0.0.1", 0, portal, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_the_door(address: str, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=address)
    guest = Visitor(context.new_page())
    guest.open("/registry/orderers")
    guest.reads("国土交通省", "電子保証の利用実績", "83.1%")
    guest.open("/registry/")
    guest.reads("ログイン")
    an_orderer_without_this_certificate(guest)
    context.clear_cookies()
    its_orderer(guest)
    context.clear_cookies()
    its_surety(guest)
    context.close()


def an_orderer_without_this_certificate(guest: Visitor) -> None:
    """The neutral refusal, an empty form, and a wait after too many tries."""
    guest.sign_in(OTHER_ORDERER, PASSWORD)
    guest.open("/registry/")
    guest.reads("電子保証の閲覧", "照会の記録はまだありません")
    guest.press("電子証書を閲覧する")
    guest.reads("保証契約番号が空欄です。")
    type_in(guest)
    guest.reads(NEUTRAL, "閲覧できなかった")
    for _ in range(4):
        guest.sends_by_hand("/registry/look-up", number=NUMBER, key=KEY.reveal())
    type_in(guest)
    guest.reads("いまは照会できません", "照会を止めています")
    guest.does_not_read("入力内容に誤りがあります")
    guest.open("/registry/orderers")
    guest.reads("83.1%")


def its_orderer(guest: Visitor) -> None:
    """The certificate with its visible history, and the orderer's own looks."""
    guest.sign_in(ORDERER, PASSWORD)
    guest.open("/registry/look-up")
    type_in(guest)
    guest.reads("電子保証概要（前払金保証）", CONTENTS.work_name, "22,000,000", "20,000,000")
    guest.does_not_read("23,000,000")
    guest.press("別の電子保証を閲覧する")
    guest.reads("照会の記録", CONTENTS.work_name, "職員")


def its_surety(guest: Visitor) -> None:
    """Its certificates, one with the version that nobody else sees and with the tries at it, and none."""
    guest.sign_in("east", PASSWORD)
    guest.open("/registry/")
    guest.reads("登録した電子証書", CONTENTS.work_name, "6件")
    guest.press(NUMBER)
    guest.reads("23,000,000", "表示されない", "閲覧できなかった", "停止中だった")
    guest.open("/registry/certificates?q=99")
    guest.reads("該当する電子証書はありません")
    answer = guest.open("/registry/certificates/99999-0001A")
    assert answer is not None
    assert answer.status == 404


def type_in(guest: Visitor) -> None:
    guest.write("保証契約番号", NUMBER)
    guest.page.locator("[name=key]").fill(KEY.reveal())
    guest.press("電子証書を閲覧する")
    assert KEY.reveal() not in guest.page.content()
