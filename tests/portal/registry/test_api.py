"""The registry's API: what each side may do, errors that name the field, and nothing that answers with 5xx."""

import logging
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from flask import Flask

from guarantees.certificates import Certificate
from guarantees.lookup import NEUTRAL
from guarantees.registry.clients import revoke_client
from guarantees.registry.orm import ClientSide
from portal import clock
from portal.registry.openapi import OPERATIONS, document
from portal.unit_of_work import writing
from tests.guarantees.registry.samples import CONTENTS, KEY, NOW, NUMBER, ORDERER, OTHER_ORDERER, contents
from tests.portal.registry.programs import BASE, Program, look, new_certificate, prepare

OPENAPI = "openapi"
CHANGED = contents(guaranteed_amount=22_000_000)


@pytest.fixture
def programs(app: Flask) -> Iterator[tuple[Program, Program]]:
    """A surety's program and an orderer's, at noon."""
    with clock.freeze(NOW):
        prepare(app)
        yield Program(app, ClientSide.SURETY, "east"), Program(app, ClientSide.ORDERER, ORDERER)


def test_a_certificate_is_published_and_looked_up_with_its_history(programs: tuple[Program, Program]) -> None:
    surety, city = programs
    arrived = surety.post("/certificates", new_certificate())
    assert (arrived.status_code, arrived.json) == (201, {"arrived_at": NOW.isoformat()})
    body = {"contents": CHANGED.to_json(), "published_by": "栃木支店", "reason": "増額"}
    assert surety.post(f"/certificates/{NUMBER}/changes", body).status_code == 201
    found = city.post("/look-ups", look(number="３１０７２－０００１ｍ", key=" Z28YUE4J 3Bux"))
    assert found.status_code == 200
    assert found.headers["Cache-Control"] == "no-store"
    certificate = Certificate.from_json(found.get_json())
    assert [entry.contents for entry in certificate.entries] == [CONTENTS, CHANGED]


def test_the_whole_life_of_a_certificate(programs: tuple[Program, Program]) -> None:
    surety, city = programs
    surety.post("/certificates", new_certificate())
    by = {"published_by": "栃木支店", "reason": "訂正"}
    for path, more in (
        ("changes", {"contents": CHANGED.to_json(), "reference": "r1"}),
        ("corrections", {"contents": contents(guaranteed_amount=21_000_000).to_json()}),
        ("change-withdrawals", {}),
        ("cancellation", {}),
    ):
        assert surety.post(f"/certificates/{NUMBER}/{path}", by | more).status_code == 201, path
    assert surety.post(f"/certificates/{NUMBER}/nonsense", by).status_code == 404
    assert [entry["target"] for entry in city.post("/look-ups", look()).get_json()["history"]] == [
        "new",
        "cancellation",
    ]
    shown = surety.get(f"/certificates/{NUMBER}").get_json()
    assert [(version["kind"], version["is_visible"]) for version in shown["versions"]] == [
        ("new", True),
        ("change", False),
        ("correction", False),
        ("change_withdrawn", False),
        ("cancellation", True),
    ]
    refused = surety.post(f"/certificates/{NUMBER}/changes", by | {"contents": CHANGED.to_json()})
    assert refused.status_code == 422
    assert "解約" in refused.get_json()["text"]


def test_the_refusals_of_a_look_are_one_and_the_wait_is_said(programs: tuple[Program, Program]) -> None:
    surety, city = programs
    surety.post("/certificates", new_certificate())
    wrong = [look(key="A28YUE4J3Bux"), look(number="31072-0009M"), look(number="nonsense")]
    assert {city.post("/look-ups", body).data for body in wrong} == {
        f'{{"error": "not_found", "text": "{NEUTRAL}"}}'.encode()
    }
    other = Program(city.client.application, ClientSide.ORDERER, OTHER_ORDERER)
    assert other.post("/look-ups", look()).get_json() == {"error": "not_found", "text": NEUTRAL}
    for _ in range(4):
        city.post("/look-ups", wrong[0])
    locked = city.post("/look-ups", look())
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "60"
    tries = surety.get(f"/certificates/{NUMBER}/tries").get_json()["tries"]
    assert sorted(one["outcome"] for one in tries) == ["locked"] + ["refused"] * 6
    assert surety.get("/certificates").get_json()["certificates"][0]["failed_tries"] == 7


def test_each_side_does_its_own(programs: tuple[Program, Program], app: Flask) -> None:
    surety, city = programs
    surety.post("/certificates", new_certificate())
    west = Program(app, ClientSide.SURETY, "west")
    assert surety.post("/look-ups", look()).status_code == 403
    assert city.post("/certificates", new_certificate()).status_code == 403
    assert west.get(f"/certificates/{NUMBER}").status_code == 404
    assert west.get(f"/certificates/{NUMBER}/tries").status_code == 404
    assert west.get("/certificates").get_json() == {"certificates": [], "next": None}
    refused = west.post(f"/certificates/{NUMBER}/cancellation", {"published_by": "支店"})
    assert refused.status_code == 422
    for program in (surety, city):
        assert len(program.get("/orderers").get_json()["orderers"]) == 3


def test_nobody_gets_in_without_a_live_token(programs: tuple[Program, Program], app: Flask) -> None:
    city = programs[1]
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Basic {city.token}"}):
        answer = app.test_client().get(f"{BASE}/orderers", headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    with app.app_context(), writing() as session:
        revoke_client(session, city.id, NOW)
    assert city.get("/orderers").status_code == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": None}, "number"),
        ({"number": ""}, "number"),
        ({"key": 12}, "key"),
        ({"surprise": 1}, "surprise"),
        ({"contents": []}, "contents"),
        ({"contents": CONTENTS.to_json() | {"contract_price": 1.5}}, "contents.contract_price"),
        ({"contents": CONTENTS.to_json() | {"contract_price": True}}, "contents.contract_price"),
        ({"contents": CONTENTS.to_json() | {"contract_price": 10**400}}, "contents.contract_price"),
        ({"contents": CONTENTS.to_json() | {"contracted_on": "2026-02-30"}}, "contents.contracted_on"),
        ({"contents": CONTENTS.to_json() | {"product": "insurance"}}, "contents.product"),
        ({"contents": CONTENTS.to_json() | {"work_name": "a\0"}}, "contents.work_name"),
        ({"contents": CONTENTS.to_json() | {"work_name": "長" * 301}}, "contents.work_name"),
    ],
)
def test_a_mistake_names_its_field(
    programs: tuple[Program, Program], changes: dict[str, Any], field: str
) -> None:
    answer = programs[0].post("/certificates", new_certificate(**changes))
    assert (answer.status_code, answer.get_json()["field"]) == (400, field)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 20_000, 400),
        (b'{"number": NaN}', 400),
        (b'{"number": "1", "number": "2"}', 400),
        (b'{"number": "\xff"}', 400),
        (b'{"number": ' + b"9" * 5000 + b"}", 400),
        (b'{"key": "' + b"k" * 70_000 + b'"}', 413),
    ],
)
def test_what_is_no_json_is_refused_in_json(
    programs: tuple[Program, Program], data: bytes, code: int
) -> None:
    for program, path in zip(programs, ("/certificates", "/look-ups"), strict=True):
        answer = program.post_bytes(path, data)
        assert (answer.status_code, answer.mimetype) == (code, "application/json")
    assert programs[0].post_bytes("/certificates", b"{}", "text/plain").status_code == 415


def test_unknown_addresses_and_methods_answer_in_json(programs: tuple[Program, Program]) -> None:
    for answer, code in (
        (programs[0].get("/nowhere"), 404),
        (programs[0].get("/look-ups"), 405),
        (programs[0].get("/certificates?limit=501"), 400),
        (programs[0].get(f"/certificates/{'9' * 41}"), 400),
        (programs[0].get("/certificates/%00"), 400),
    ):
        assert (answer.status_code, answer.mimetype) == (code, "application/json")


def test_the_lists_go_on_page_by_page(programs: tuple[Program, Program]) -> None:
    surety = programs[0]
    numbers = [f"31072-000{place}M" for place in range(1, 4)]
    for number in numbers:
        surety.post("/certificates", new_certificate(number=number))
    first = surety.get("/certificates?limit=2").get_json()
    rest = surety.get(f"/certificates?limit=2&after={first['next']}").get_json()
    rows = first["certificates"] + rest["certificates"]
    assert [row["guarantee_contract_number"] for row in rows] == numbers
    assert rest["next"] is None


def test_the_document_is_openapi_and_names_every_route(app: Flask) -> None:
    served = app.test_client().get(f"{BASE}/openapi.json").get_json()
    assert served == document()
    assert served[OPENAPI] == "3.1.0"
    for schema in served["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    ours = {rule.rule.removeprefix(BASE) for rule in app.url_map.iter_rules() if rule.rule.startswith(BASE)}
    told = {operation.path.replace("{number}", "<number>") for operation in OPERATIONS}
    variants = {path for path in told if path.count("/") == 3 and not path.endswith("/tries")}
    assert ours - {"/openapi.json", "/certificates/<number>/<path>"} == told - variants
    assert len(variants) == 4


def test_answers_are_what_the_document_says(programs: tuple[Program, Program]) -> None:
    surety, city = programs
    surety.post("/certificates", new_certificate())
    schemas = document()["components"]
    for name, answer in (
        ("Certificate", city.post("/look-ups", look())),
        ("Error", city.post("/look-ups", look(key="wrong"))),
        ("Published", surety.get(f"/certificates/{NUMBER}")),
        ("Certificates", surety.get("/certificates")),
        ("Tries", surety.get(f"/certificates/{NUMBER}/tries")),
        ("Orderers", surety.get("/orderers")),
    ):
        schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
        jsonschema.validate(answer.get_json(), schema)


def test_no_key_in_logs_or_answers(
    programs: tuple[Program, Program], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    surety, city = programs
    answers = [
        surety.post("/certificates", new_certificate()),
        surety.post("/certificates", new_certificate(key="Short")),
        city.post("/look-ups", look(key=KEY.reveal() + "x" * 200)),
        city.post("/look-ups", look(number=KEY.reveal())),
        city.post("/look-ups", look(asked_by=["x"])),
        surety.get(f"/certificates/{NUMBER}"),
        surety.get(f"/certificates/{NUMBER}/tries"),
    ]
    said = caplog.text + "".join(answer.get_data(as_text=True) for answer in answers)
    assert KEY.reveal() not in said
    assert surety.token not in said
