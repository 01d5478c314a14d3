"""Files written byte by byte: what other makers do is not called damage, and what attackers do is."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import algos, x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from signing.pades import der
from signing.pades.demo_pki import issue_witness, open_demo_pki
from signing.pades.trust import TrustStore
from signing.pades.verify import verify_pdf
from signing.testing import NOON
from tests.signing.attacks import makers, tricks
from tests.signing.attacks.handmade import Seal
from tests.signing.attacks.makers import Hand


@pytest.fixture(scope="module")
def pki(keys):
    return open_demo_pki(keys)


@pytest.fixture(scope="module")
def hand(pki) -> Hand:
    chain = (_asn1(pki.certificates["issuing"]),)
    keys = (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048))
    return Hand(*(Seal(key, _asn1(issue_witness(pki, "手書き", key)), chain) for key in keys))


@pytest.fixture(scope="module")
def judge(pki):
    trust = TrustStore(roots=(_asn1(pki.certificates["root"]),))
    return lambda content, look=True: verify_pdf(content, trust, NOON + timedelta(days=1), look=look)


@pytest.mark.parametrize("name", [*makers.ONE, *makers.THEN])
def test_what_other_makers_do_is_no_damage(hand, judge, name):
    verdict = judge((makers.ONE | makers.THEN)[name](hand).content, look=name in makers.THEN)
    assert verdict.verdict == "valid_with_warnings", verdict
    assert all(s.intact and s.trusted and not s.problems for s in verdict.signatures)
    assert all(s.coverage in ("entire_file", "entire_revision") for s in verdict.signatures)
    assert all(change.permitted for s in verdict.signatures for change in s.changes)


@pytest.mark.parametrize("name", tricks.INVALID)
def test_what_attackers_write_is_invalid(hand, judge, name):
    verdict = judge(tricks.INVALID[name](hand))
    assert verdict.verdict == "invalid", verdict


@pytest.mark.parametrize("name", tricks.NEVER_VALID)
def test_what_nobody_can_judge_is_not_valid(hand, judge, name):
    assert judge(tricks.NEVER_VALID[name](hand)).verdict in ("invalid", "indeterminate")


def test_a_later_signature_over_the_price_is_told(hand, judge):
    verdict = judge(tricks.sneaky(hand))
    assert verdict.verdict == "valid_with_warnings"
    assert any("signature-over-text" in text for text in verdict.warnings), verdict


def test_an_algorithm_that_we_do_not_know_is_no_damage(hand, judge):
    def edit(data) -> None:
        data["signer_infos"][0]["digest_algorithm"] = algos.DigestAlgorithm(
            {"algorithm": "1.2.643.7.1.1.2.2"}
        )

    verdict = judge(hand.sign(seal=replace(hand.curve, edit=edit)).content)
    assert verdict.verdict == "indeterminate"
    assert "知らない暗号方式" in verdict.signatures[0].problems[0]


def test_where_a_value_ends():
    whole = der.sequence(der.octets(b"x" * 300), der.integer(5))
    assert der.end_of(whole + b"\0\0") == len(whole)
    assert der.end_of(whole[:-1]) is None
    assert der.end_of(b"") is der.end_of(b"\x04\x00") is der.end_of(b"\x30\x80" * 200) is None
    open_ended = b"\x30\x80" + whole + b"\x24\x80" + der.octets(b"a") + b"\0\0\0\0"
    assert der.end_of(open_ended + b"\0\0\0") == len(open_ended)


def test_no_change_of_a_signed_byte_is_called_intact(hand, judge):
    """Bytes flipped, cut out, put in, copied from elsewhere: never valid, and always an answer in JSON."""
    dice = random.Random(7)
    content = hand.second().content
    last = content.rindex(b"/Contents <") + len("/Contents ")
    for _ in range(60):
        changed, at = bytearray(content), dice.randrange(len(content) - 1)
        kind = dice.randrange(4)
        if kind == 0:
            changed[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del changed[at : at + dice.randrange(1, 60)]
        elif kind == 2:
            changed[at:at] = dice.randbytes(dice.randrange(1, 40))
        else:
            source = dice.randrange(len(content) - 200)
            changed[at : at + 100] = content[source : source + 100]
        if bytes(changed[:last]) == content[:last]:
            continue
        verdict = judge(bytes(changed), look=False)
        assert verdict.verdict in ("invalid", "indeterminate", "not_a_pdf"), (kind, at)
        assert json.dumps(verdict.to_json())


def _asn1(certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))
