"""Programs that call the registry's API in tests, and a registry with something in it."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from guarantees.registry.clients import add_client
from guarantees.registry.orm import ClientSide
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import CONTENTS, KEY, NOW, NUMBER, ORDERER, add_orderers

BASE = "/registry/api/v1"


class Program:
    """A program with a token."""

    def __init__(self, app: Flask, side: ClientSide, organisation: str) -> None:
        self.client = app.test_client()
        with app.app_context(), writing() as session:
            client, self.token = add_client(
                session, side=side, organisation=organisation, name="試験", now=NOW, pem=None
            )
            self.id = client.id

    def get(self, path: str) -> TestResponse:
        return self.client.get(BASE + path, headers=self._headers)

    def post(self, path: str, values: Any) -> TestResponse:
        return self.client.post(BASE + path, json=values, headers=self._headers)

    def post_bytes(self, path: str, data: bytes, kind: str = "application/json") -> TestResponse:
        return self.client.post(BASE + path, data=data, content_type=kind, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def prepare(app: Flask) -> None:
    """Orderers in the registry."""
    with app.app_context(), writing() as session:
        add_orderers(session)


def new_certificate(**changes: Any) -> dict[str, Any]:
    """The body of a publication."""
    values = {
        "number": NUMBER,
        "key": KEY.reveal(),
        "orderer": ORDERER,
        "contents": CONTENTS.to_json(),
        "published_by": "栃木支店",
    }
    return {**values, **changes}


def look(**changes: Any) -> dict[str, Any]:
    """The body of a look-up."""
    return {"number": NUMBER, "key": KEY.reveal(), "asked_by": "契約課", **changes}
