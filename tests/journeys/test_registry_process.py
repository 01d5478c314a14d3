"""A portal that asks a registry in a process of its own, over HTTP: a look, nobody there, and there again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from guarantees.certificates import CertificateContents, VersionKind
from guarantees.keys import AuthenticationKey
from guarantees.lookup import Arrived, Publication
from guarantees.products import Product
from guarantees.registry.clients import add_client
from guarantees.registry.orderers import load_orderers
from guarantees.registry.orm import ClientSide
from portal import clock
from portal.app import create_app
from portal.demo.serving import free_port
from portal.migrations import commands
from portal.registries import registry_publisher
from portal.unit_of_work import writing
from tests.journeys.conftest import VisitMaker
from tests.journeys.running_portal import MORNING, PATIENCE, ROOT, RunningPortal
from tests.journeys.steps import guarantees, office, sureties
from tests.journeys.steps.towns import TOSU, Award
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.journey

DAM = Award(TOSU, "R8-G-021", "ため池堤体補修工事", ticks=("契約の保証が要る",))
NUMBER, KEY = "2070004426", "Ab3dE5gH7k"
NOT_YET = "まだ確認できていません"


class RunningRegistry:
    """`flask registry run` on an instance of its own, with a client for the city and one for the surety."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {"WARIFU_MODE": "test", "WARIFU_INSTANCE": str(instance)}
        app = create_app({"MODE": "test", "INSTANCE": str(instance)})
        tokens = []
        with app.app_context():
            clock.shift_to(MORNING)
            commands.upgrade(app.extensions["database"])
            with writing() as session:
                load_orderers(session, sureties.ORDERERS.read_text(encoding="utf-8"))
                for side, code in ((ClientSide.ORDERER, TOSU.slug), (ClientSide.SURETY, "west")):
                    _, token = add_client(
                        session, side=side, organisation=code, name="試験", now=clock.now(), pem=None
                    )
                    tokens.append(f"{code}/{token}")
        app.extensions["database"].dispose()
        self.tokens = ",".join(tokens)
        self.start()

    def start(self) -> None:
        log = (self.instance / "registry.log").open("ab")
        line = [sys.executable, "-m", "flask", "--app", "wsgi", "registry", "run", "--port", str(self.port)]
        environment = os.environ | self._environment
        self.process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/registry/orderers", timeout=5):
                return
            time.sleep(0.1)
        raise AssertionError((self.instance / "registry.log").read_text())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRegistry]:
    running = RunningRegistry(tmp_path_factory.mktemp("registry"))
    yield running
    running.kill()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, registry: RunningRegistry) -> Iterator[RunningPortal]:
    settings = {"REGISTRY_URL": registry.url, "REGISTRY_TOKENS": registry.tokens}
    running = RunningPortal(tmp_path_factory.mktemp("portal"), settings=settings)
    yield running
    running.stop()


def test_a_look_over_http_a_registry_that_is_gone_and_back_again(
    portal: RunningPortal, registry: RunningRegistry, visit: VisitMaker
) -> None:
    publish(portal)
    officer = office.enter(visit(), portal, TOSU)
    office.register_award(officer, DAM)
    type_number_and_key(officer)
    guarantees.look_now(officer)
    officer.reads("一致 14、それ以外 0")
    guarantees.send_back(officer, "登録の試しのため。")

    registry.kill()
    type_number_and_key(officer)
    officer.reads(NOT_YET)
    guarantees.look_now(officer)
    officer.reads(NOT_YET, "回答がありません")
    assert not officer.offers("受理する")

    registry.start()
    portal.let_pass(hours=2)
    officer = office.enter(visit(), portal, TOSU)
    guarantees.open_lodged(officer, DAM, NUMBER, times=2)
    guarantees.wait_for_look(officer, "一致 14、それ以外 0")
    officer.reads("自動処理")
    for log in [*portal.instance.glob("*.log"), *registry.instance.glob("*.log")]:
        assert KEY not in log.read_text(encoding="utf-8", errors="replace"), log.name


def publish(portal: RunningPortal) -> None:
    """What the surety's own system sends, with its token."""
    contents = CertificateContents(
        product=Product.CONTRACT,
        orderer="鳥栖市長",
        contractor=DAM.company,
        work_name=DAM.title,
        contract_price=11_000_000,
        guaranteed_amount=1_100_000,
        work_starts_on=date(2026, 5, 25),
        work_ends_on=date(2026, 9, 30),
        guarantee_starts_on=date(2026, 5, 7),
        guarantee_ends_on=date(2026, 9, 30),
    )
    new = Publication(
        VersionKind.NEW,
        "west",
        NUMBER,
        published_by="佐賀支店",
        key=AuthenticationKey(KEY),
        orderer=TOSU.slug,
        contents=contents,
    )
    with portal.app.app_context():
        told = registry_publisher().publish(new, now=clock.now())
    assert isinstance(told, Arrived), told


def type_number_and_key(officer: Visitor) -> None:
    """The officer registers number and key as they stood in a mail."""
    guarantees.open_guarantees(officer, DAM)
    officer.press("届いた保証を登録する")
    officer.write("保証契約番号", NUMBER)
    officer.page.locator("[name='key']").fill(KEY)
    officer.choose("メール")
    officer.press("この内容で登録する")
    officer.reads("届いた保証を登録しました")
