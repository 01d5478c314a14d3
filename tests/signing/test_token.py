"""The witness key on a PKCS#11 token (SoftHSM2): the same main job, the key never leaves the token."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

import signing
from portal import clock as portal_clock
from portal.acting import house, looking
from portal.app import create_app
from portal.database import Database
from procurement.contracts import ContractStage
from signing.orm import SealJob
from signing.pades.certificate_requests import KeyAlgorithm, Subject, make_request, new_key
from signing.pades.demo_pki import open_demo_pki
from signing.pades.token_keys import (
    NothingPending,
    import_to_token,
    load_token_key,
    request_on_token,
    rotate_on_token,
)
from signing.pades.token_sessions import TokenUnavailable
from signing.pades.trust import TrustStore
from signing.services import Pkcs11Settings, open_services
from signing.stores import FileStore
from signing.testing import FONT, NOON, MovableClock
from tests.signing import flows
from tests.signing.conftest import transactions
from tests.signing.soft_tokens import LIBRARY, PIN, Token
from tests.workflows.town import OFFICER, START, Town


@pytest.fixture
def token(plugged: Token) -> Pkcs11Settings:
    return plugged.settings


def roots(folder: Path, keys: Path) -> Path:
    """Root and issuing certificate, as an operator configures them."""
    pki = open_demo_pki(keys)
    file = folder / "roots.pem"
    file.write_bytes(
        b"".join(pki.certificates[name].public_bytes(Encoding.PEM) for name in ("root", "issuing"))
    )
    return file


def test_two_parties_seal_with_the_key_on_the_token(
    token: Pkcs11Settings, tmp_path: Path, keys: Path, sqlite_only: str, clock: MovableClock
) -> None:
    transaction = transactions(Database(sqlite_only))
    services = open_services(
        keys,
        store=FileStore(tmp_path / "documents"),
        font=FONT,
        clock=clock,
        allow_demo=True,
        trust_roots=[roots(tmp_path, keys)],
        witness_pkcs11=token,
    )
    envelope_id = flows.conclude(transaction, services, clock)
    (head,) = flows.heads(transaction, envelope_id)
    verdict = signing.verify_pdf(services.store.path(head), services.trust, clock())
    assert verdict.is_valid, verdict.to_json()
    assert [s.kind for s in verdict.signatures] == ["signature", "signature", "document_timestamp"]


def test_a_wrong_pin_is_told_without_the_pin(token: Pkcs11Settings, tmp_path: Path, keys: Path) -> None:
    wrong = Pkcs11Settings(LIBRARY, "warifu", "9999", "witness", "witness")
    with pytest.raises(signing.SigningRefused) as told:
        open_services(
            keys,
            store=FileStore(tmp_path / "documents"),
            font=FONT,
            clock=MovableClock(NOON),
            allow_demo=True,
            witness_pkcs11=wrong,
        )
    assert told.value.code == "setup_required"
    assert "9999" not in str(told.value)


def services_on(
    token: Pkcs11Settings, folder: Path, keys: Path, clock: MovableClock
) -> signing.SealingServices:
    return open_services(
        keys,
        store=FileStore(folder / "documents"),
        font=FONT,
        clock=clock,
        allow_demo=True,
        trust_roots=[roots(folder, keys)],
        witness_pkcs11=token,
    )


def test_an_unplugged_token_postpones_the_seal_and_the_next_run_finishes_it(
    plugged: Token, tmp_path: Path, keys: Path, sqlite_only: str, clock: MovableClock
) -> None:
    transaction = transactions(Database(sqlite_only))
    services = services_on(plugged.settings, tmp_path, keys, clock)
    envelope_id = flows.start(transaction, services, clock())
    flows.agree_next(transaction, envelope_id, clock())
    with plugged.unplugged():
        (outcome,) = flows.seal(transaction, services, clock)
        assert outcome.problem is not None
        assert "トークン" in outcome.problem
        with transaction() as session:
            job = session.scalars(select(SealJob).where(SealJob.attempts > 0)).one()
            assert job.failing_since == clock()
            assert job.next_attempt_at > clock()
            assert job.cms is None
    clock.move(hours=1)
    outcomes = flows.seal(transaction, services, clock)
    assert outcomes
    assert all(outcome.problem is None for outcome in outcomes), outcomes
    flows.agree_next(transaction, envelope_id, clock())
    flows.seal(transaction, services, clock)
    (head,) = flows.heads(transaction, envelope_id)
    assert signing.verify_pdf(services.store.path(head), services.trust, clock()).is_valid


def test_a_token_that_comes_back_with_another_key_seals_nothing(
    plugged: Token, keys: Path, tmp_path: Path
) -> None:
    """Whoever re-plugs must plug in the same key: a signature that the certificate does not fit is dropped."""
    key = load_token_key(plugged.settings)
    assert key.sign(b"a contract")
    trust = TrustStore(demo=(open_demo_pki(keys).ca.root,))
    put_next(plugged.settings, keys, tmp_path, trust)
    _, former = rotate_on_token(plugged.settings)
    with pytest.raises(TokenUnavailable, match=r"応答しません|違います"):
        key.sign(b"a contract")
    undo_rotation(plugged.settings, former)
    assert key.sign(b"a contract")


def put_next(address: Pkcs11Settings, keys: Path, folder: Path, trust: TrustStore) -> None:
    shutil.copytree(keys, folder / "keys-of-the-ca", dirs_exist_ok=True)
    ca = open_demo_pki(folder / "keys-of-the-ca").ca
    request = request_on_token(address, Subject("見本市 署名鍵", "見本市"), KeyAlgorithm.P256)
    pem = b"".join(
        each.public_bytes(Encoding.PEM) for each in (ca.issue(request, NOON), ca.certificates["issuing"])
    )
    import_to_token(address, pem, trust, NOON)


def undo_rotation(address: Pkcs11Settings, former: str) -> None:
    """What an administrator would do by hand: the former key gets its label back, the other one goes."""
    from pkcs11 import Attribute

    from signing.pades.token_keys import _rename
    from signing.pades.token_sessions import administration

    with administration(address) as session:
        for label in ("witness", "witness-chain"):
            for found in list(session.get_objects({Attribute.LABEL: label})):
                found.destroy()
        _rename(session, f"witness-{former}", "witness")


def test_a_certificate_for_another_key_is_not_put_on_the_token(
    plugged: Token, keys: Path, tmp_path: Path
) -> None:
    shutil.copytree(keys, tmp_path / "keys")
    ca = open_demo_pki(tmp_path / "keys").ca
    trust = TrustStore(demo=(ca.root,))
    with pytest.raises(NothingPending):
        import_to_token(
            plugged.settings, pem_of(ca, make_request(new_key(), Subject("別", "別"))), trust, NOON
        )
    with pytest.raises(NothingPending):
        rotate_on_token(plugged.settings)


def pem_of(ca: Any, request: bytes) -> bytes:
    chain = (ca.issue(request, NOON), ca.certificates["issuing"])
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def test_a_token_without_its_pin_in_the_settings_shows_none(plugged: Token) -> None:
    assert PIN not in repr(plugged.settings)


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ["p256", "rsa3072"])
def test_the_main_job_with_the_citys_key_on_the_token(
    plugged: Token, keys: Path, tmp_path: Path, sqlite_only: str, algorithm: str
) -> None:
    """Request, issue, import, rotate by the commands; then from the award to the conclusion. (issue 3)"""
    shutil.copytree(keys, tmp_path / "keys")
    app = create_app(
        {
            "MODE": "test",
            "INSTANCE": tmp_path,
            "DATABASE_URL": sqlite_only,
            "CSRF": False,
            "WITNESS_PKCS11_MODULE": str(LIBRARY),
            "WITNESS_PKCS11_TOKEN": "warifu",
            "WITNESS_PKCS11_LABEL": f"city-{algorithm}",
            "WITNESS_PKCS11_PIN": PIN,
        }
    )
    with app.app_context(), ExitStack() as stack, portal_clock.freeze(START):
        make_city_key(app, tmp_path, algorithm)
        town = Town(app, stack)
        town.open_office()
        town.conclude()
        assert town.stage is ContractStage.CONCLUDED
        with looking(OFFICER) as act:
            (document,) = town.contract(act).documents
        verdict = signing.verify_pdf(
            house().store.path(document.final_sha256 or ""), house().trust, portal_clock.now()
        )
        assert verdict.is_valid, verdict.to_json()
        assert {each.organisation for each in verdict.signatures if each.kind == "signature"} == {"見本市"}
        assert "warifu" in app.test_cli_runner().invoke(args=["keys", "status"]).output
    app.extensions["database"].dispose()


def make_city_key(app: Any, folder: Path, algorithm: str) -> None:
    run_command = app.test_cli_runner().invoke
    csr, chain = folder / "city.csr", folder / "city.pem"
    words = [
        "--name",
        "見本市 電子契約",
        "--organisation",
        "見本市",
        "--algorithm",
        algorithm,
        "--out",
        str(csr),
    ]
    for line in (
        ["keys", "request", *words],
        ["ca", "issue", str(csr), "--out", str(chain)],
        ["keys", "import", str(chain)],
        ["keys", "rotate"],
    ):
        done = run_command(args=line)
        assert done.exit_code == 0, done.output
