"""The conclusion certificate of a contract in party type: how each signer was known, and with which certificate."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.acting import house
from portal.completing import complete_all
from signing import evidence_of, verify_pdf
from signing.certificates import certificate as certificate_row
from tests.portal.signer.desk import SIGNATORY_MAIL, look_at
from tests.portal.signer.test_party_signatures import (
    PartyDesk,
    both,
    database_url,
    desk,
    settings,
    sign,
)

__all__ = ["database_url", "desk", "settings"]


def sign_outside(desk: PartyDesk, client: FlaskClient, number: int, address: str) -> str:
    """Signs with a device elsewhere; the serial number of its certificate."""
    person, link = desk.person_of(number), desk.link(address)
    look_at(client, link)
    data = {"signer_certificate": (io.BytesIO(both(person)), "me.cer")}
    client.post(f"{link}/signature/external", data=data)
    [document] = json.loads(client.get(f"{link}/signature/external/data.json").data)["documents"]
    attributes = base64.b64decode(document["signed_attributes"])
    signature = base64.b64encode(person.private_key.sign(attributes, ec.ECDSA(hashes.SHA256()))).decode()
    done = client.post(f"{link}/signature/external/answer", data={"answer-1": signature})
    assert done.location == f"{link}/done"
    return f"{person.certificate.serial_number:X}"


def printed(desk: PartyDesk) -> bytes:
    """The certificate as the job makes it once everybody has signed."""
    with desk.app.app_context():
        for _ in range(4):
            complete_all(clock.now())
        with desk.looking() as act:
            sha256 = desk.contract(act).certificate_sha256
        assert sha256
        return house().store.read(sha256)


def pages(path: Path) -> list[str]:
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return ["".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


@pytest.mark.slow
def test_it_tells_each_signers_own_certificate_and_how_its_key_was_released(
    desk: PartyDesk, client: FlaskClient, app: Flask, tmp_path: Path
) -> None:
    held, pin = desk.certify()
    link = desk.link(desk.company_mail)
    look_at(client, link)
    assert sign(client, link, held, pin, desk.password(desk.company_mail)).location == f"{link}/done"
    desk.seal()
    outside = sign_outside(desk, client, 1, SIGNATORY_MAIL)
    desk.seal()
    path = tmp_path / "certificate.pdf"
    path.write_bytes(printed(desk))
    text = "".join(pages(path))
    with desk.app.app_context(), desk.looking() as act:
        row = certificate_row(act.session, held)
        first, second = evidence_of(act.session, desk.envelope(act).id)
        assert verify_pdf(path, house().trust, clock.now()).is_valid
    serial = f"{int(row.serial or '', 16):X}"
    for fact in (
        "当事者型（当事者本人の電子証明書の鍵で署名）",
        "電子証明書のPIN\n一度限りの署名用パスワード",
        "本人が管理する外部の署名装置",
        "本人の電子証明書（下の「署名に用いた証明書」）",
        f"シリアル番号{serial}",
        f"シリアル番号{outside}",
        f"「{first.pressed}」",
        f"「{second.pressed}」",
        "発行者",
    ):
        assert "".join(fact.split()) in text, fact
    assert text.index(serial) < text.index(
        outside
    )  # in the order of the circulation, also at the same instant
    assert "立会人型" not in text
    assert "None" not in text
    assert pin not in text
    assert [page for page in pages(path) if len(page) < 200] == []  # no page with a last line alone
