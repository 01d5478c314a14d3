"""schemathesis against the OpenAPI document: no input makes the registry answer with 5xx."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from guarantees.registry.orm import ClientSide
from portal.registry.openapi import OPERATIONS
from tests.guarantees.registry.samples import ORDERER
from tests.portal.registry.programs import BASE, Program, prepare

EXAMPLES = 12


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_no_input_makes_a_server_error(app: Flask, operation: object) -> None:
    prepare(app)
    tokens = [Program(app, ClientSide.SURETY, "east").token, Program(app, ClientSide.ORDERER, ORDERER).token]
    schema = schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", app)
    case_of = schema[operation.path][operation.method.upper()].as_strategy()  # type: ignore[attr-defined]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=case_of, token=st.sampled_from(tokens))
    def ask(case: schemathesis.Case, token: str) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=[not_a_server_error])
        assert answer.status_code < 500

    ask()
