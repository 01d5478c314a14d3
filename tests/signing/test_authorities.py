"""Time-stamping authorities over HTTP: every false answer is refused with words, and the next one is asked."""

import hashlib
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing import errors
from signing.pades.exchanges import Credentials, Patience
from signing.pades.revocation import HttpRevocation
from signing.pades.timestamps import CHAIN_LIFE, HttpTsa, Timestamper, UnforeseenAuthority
from signing.pades.tokens import TokenRules
from signing.pades.trust import TrustStore
from signing.testing import NOON, MovableClock
from tests.tsa_server import POLICY, AuthorityServer, CraftyTsa

DIGEST = hashlib.sha256(b"signature").digest()
QUICK = Patience(connect=1, read=0.6, total=1.0)


@pytest.fixture(scope="module")
def module_clock():
    return MovableClock(NOON)


@pytest.fixture(scope="module")
def served(module_clock):
    server = AuthorityServer(module_clock)
    yield server
    server.stop()


@pytest.fixture
def clock(module_clock):
    module_clock.at = NOON
    return module_clock


@pytest.fixture
def server(served, clock):
    served.trouble.clear()
    served.seen.clear()
    served.pki.revoked.clear()
    served.tsa = CraftyTsa(served.tsa.issued, served.pki)
    return served


@pytest.fixture
def trust(server):
    return TrustStore(roots=(server.pki.root.asn1,))


def over_http(server, trust, clock, *urls, **how) -> Timestamper:
    sources = [HttpTsa(url, patience=QUICK) for url in urls or [server.url()]]
    return Timestamper(sources, trust, clock, **how)


def refusal(timestamper, kind=errors.TimestampRejected) -> str:
    """The words of a refusal of exactly that kind."""
    with pytest.raises(errors.TimestampUnavailable) as refused:
        timestamper.stamp(DIGEST)
    assert type(refused.value) is kind, refused.value.facts
    return refused.value.facts["reason"]


def test_token_names_its_time_and_the_chain_of_its_signer(server, trust, clock):
    stamp = over_http(server, trust, clock).stamp(DIGEST)
    assert stamp.at == clock()
    pki = server.pki
    assert [c.dump() for c in stamp.chain.certificates] == [
        pki_.asn1.dump() for pki_ in (server.tsa.issued, pki.issuing)
    ]
    [(_, _, headers)] = server.seen
    assert headers["Content-Type"] == "application/timestamp-query"


@pytest.mark.parametrize("size", [32, 48, 64])
def test_every_sha2_digest_can_be_stamped(server, trust, clock, size):
    assert over_http(server, trust, clock).stamp(bytes(size)).at == clock()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nonce": 7}, "ノンス"),
        ({"digest": bytes(32)}, "別のデータ"),
        ({"imprint_algorithm": "sha1", "digest": bytes(20)}, "弱いハッシュ方式（sha1）"),
        ({"imprint_algorithm": "sha512", "digest": bytes(64)}, "要求と違うハッシュ方式"),
        ({"clock_off": timedelta(hours=2)}, "2:00:00進んでいます"),
        ({"clock_off": timedelta(hours=-2)}, "2:00:00遅れています（古いトークンの疑い）"),
        ({"accuracy": {"seconds": 90}}, "精度"),
        ({"breaks_signature": True}, "署名が正しくありません"),
        ({"without_certificate": True}, "証明書がトークンに入っていません"),
        ({"without_ess": True}, "ESS署名証明書"),
        ({"signature_hash": "sha1"}, "弱いハッシュ方式（sha1）"),
        ({"truncate": 600}, "読めません"),
        ({"truncate": 0}, "読めません"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict) else "",
)
def test_false_token_is_refused_with_words(server, trust, clock, changes, words):
    server.tsa = CraftyTsa(server.tsa.issued, server.pki, **changes)
    assert words in refusal(over_http(server, trust, clock))


def test_an_old_token_is_refused(server, trust, clock):
    old = server.tsa.answer
    kept = []
    server.answers["/tsa-old"] = lambda body: kept[0] if kept else kept.append(old(body)) or kept[0]
    timestamper = over_http(server, trust, clock, server.url("/tsa-old"))
    assert timestamper.stamp(DIGEST).at == clock()
    clock.move(days=1)
    assert "使い回しの疑い" in refusal(timestamper)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"uses": []}, "タイムスタンプ専用"),
        ({"is_critical": False}, "タイムスタンプ専用"),
        (
            {"uses": [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]},
            "タイムスタンプ専用",
        ),
        ({"until": datetime(2026, 4, 30, tzinfo=UTC)}, "有効期間外"),
        ({"since": datetime(2026, 5, 2, tzinfo=UTC)}, "有効期間外"),
        ({"rsa_bits": 1024}, "鍵が短すぎます"),
    ],
    ids=[
        "no EKU",
        "EKU not critical",
        "EKU for more",
        "expired",
        "not yet valid",
        "short key",
    ],
)
def test_certificate_that_must_not_make_time_stamps(server, trust, clock, how, words):
    url = server.add_tsa("/tsa-bad", server.pki.tsa("悪い時刻認証局", **how))
    assert words in refusal(over_http(server, trust, clock, url))


def test_self_signed_and_strange_certificates_are_not_trusted(server, trust, clock):
    url = server.add_tsa("/tsa-self", server.pki.self_signed())
    assert "信頼できません" in refusal(over_http(server, trust, clock, url))
    assert "信頼できません" in refusal(over_http(server, TrustStore(), clock))


def test_token_that_names_another_certificate_than_it_is_signed_with(server, trust, clock):
    url = server.add_tsa("/tsa-ess", server.tsa.issued, named=server.pki.tsa("別の証明書"))
    assert "ESS署名証明書の不一致" in refusal(over_http(server, trust, clock, url))


def test_revoked_authority_is_refused_where_it_is_known(server, trust, clock):
    issued = server.pki.tsa("失効した時刻認証局")
    server.pki.revoke(issued, NOON - timedelta(days=1), ReasonFlags.key_compromise)
    url = server.add_tsa("/tsa-revoked", issued)
    revocation = HttpRevocation(issuers=trust.anchors, patience=QUICK)
    timestamper = over_http(server, trust, clock, url, revocation=revocation)
    assert "失効した時刻認証局」は、2026年4月30日 12:00に失効しています（理由: 鍵の漏えい）" in refusal(
        timestamper
    )


def test_policy_must_be_one_of_those_configured(server, trust, clock):
    other = TokenRules(policies=frozenset({"1.2.3"}))
    assert POLICY in refusal(over_http(server, trust, clock, rules=other))
    wanted = TokenRules(policies=frozenset({"1.2.3", POLICY}))
    assert over_http(server, trust, clock, rules=wanted).stamp(DIGEST)


def test_refusal_of_the_authority_is_told_in_its_words(server, trust, clock):
    server.tsa = CraftyTsa(server.tsa.issued, server.pki, status="rejection")
    words = refusal(over_http(server, trust, clock), errors.TimestampUnavailable)
    assert "時刻を得られない" in words
    assert "試験のため発行しません" in words


@pytest.mark.parametrize(
    ("trouble", "kind", "words"),
    [
        (500, errors.TimestampUnavailable, "HTTP 500"),
        (404, errors.TimestampUnavailable, "HTTP 404"),
        (401, errors.TimestampUnavailable, "認証情報が受け付けられませんでした"),
        ("redirect", errors.TimestampRejected, "転送先には従いません"),
        ("html", errors.TimestampRejected, "Webページ（HTML）"),
        ("plain", errors.TimestampRejected, "応答の種類が違います（text/plain）"),
        ("huge", errors.TimestampRejected, "長すぎます"),
        ("empty", errors.TimestampRejected, "読めません"),
        ("cut", errors.TimestampRejected, "途中で切れました"),
        ("reset", errors.TimestampUnavailable, "応答がありません"),
        ("hang", errors.TimestampUnavailable, "時間切れ"),
        ("drip", errors.TimestampUnavailable, "1秒以内に応答が終わりませんでした"),
    ],
)
def test_transport_that_misbehaves_costs_no_more_than_its_time(server, trust, clock, trouble, kind, words):
    server.trouble["/tsa"] = trouble
    began = time.monotonic()
    assert words in refusal(over_http(server, trust, clock), kind)
    assert time.monotonic() - began < 2.5
    assert server.asked("/elsewhere") == 0


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/tsa", "ftp://127.0.0.1/", "http:///"]
)
def test_address_where_nothing_answers(server, trust, clock, url):
    refusal(over_http(server, trust, clock, url), errors.TimestampUnavailable)


def test_credentials_are_sent_and_never_shown(server, trust, clock):
    basic = HttpTsa(server.url(), credentials=Credentials("shi", "himitsu"), patience=QUICK)
    bearer = HttpTsa(server.url(), credentials=Credentials(secret="himitsu"), patience=QUICK)
    for source in (basic, bearer):
        Timestamper([source], trust, clock).stamp(DIGEST)
        assert "himitsu" not in repr(source)
    assert [headers["Authorization"] for _, _, headers in server.seen] == [
        "Basic c2hpOmhpbWl0c3U=",
        "Bearer himitsu",
    ]


def test_the_next_authority_answers_and_the_failing_one_is_left_alone_for_a_growing_while(
    server, trust, clock
):
    second = server.add_tsa("/tsa-2", server.pki.tsa("第二時刻認証局"))
    server.trouble["/tsa"] = 500
    timestamper = over_http(server, trust, clock, server.url(), second)
    asked = []
    for _ in range(40):
        before = server.asked("/tsa")
        assert timestamper.stamp(DIGEST).chain.authority == second
        asked.append(server.asked("/tsa") - before)
        clock.move(seconds=15)
    assert asked[:7] == [1, 1, 0, 1, 0, 0, 0]
    assert sum(asked[20:]) == 1, "in the end every five minutes"
    server.trouble.clear()
    clock.move(minutes=5)
    assert timestamper.stamp(DIGEST).chain.authority == server.url()


def test_when_all_are_left_alone_the_refusal_says_why(server, trust, clock):
    server.trouble["/tsa"] = 500
    timestamper = over_http(server, trust, clock)
    refusal(timestamper, errors.TimestampUnavailable)
    assert "HTTP 500）。（しばらく問い合わせを休んでいます）" in refusal(
        timestamper, errors.TimestampUnavailable
    )
    assert server.asked("/tsa") == 1
    server.trouble.clear()
    assert timestamper.probe(server.url()).at == clock()
    assert timestamper.stamp(DIGEST).at == clock()


def test_chains_of_all_authorities_are_foreseen(server, trust, clock):
    second = server.add_tsa("/tsa-2", server.pki.tsa("第二時刻認証局"))
    timestamper = over_http(server, trust, clock, server.url(), second)
    chains = timestamper.foresee()
    assert [chain.authority for chain in chains] == [server.url(), second]
    server.trouble["/tsa"] = "reset"
    foreseen = {chain.fingerprint for chain in chains}
    assert timestamper.stamp(DIGEST, foreseen).chain.authority == second


def test_authority_without_revocation_data_is_not_foreseen(server, trust, clock):
    untold = server.add_tsa("/tsa-untold", server.pki.tsa("失効情報なし", is_told=False))
    revocation = HttpRevocation(issuers=trust.anchors, patience=QUICK)
    timestamper = over_http(server, trust, clock, untold, server.url(), revocation=revocation)
    assert [chain.authority for chain in timestamper.foresee()] == [server.url()]
    alone = over_http(server, trust, clock, untold, revocation=revocation)
    with pytest.raises(errors.TimestampUnavailable) as refused:
        alone.foresee()
    assert "問い合わせ先の記載がありません" in refused.value.facts["reason"]


def test_new_certificate_is_unforeseen_once_and_then_known(server, trust, clock):
    timestamper = over_http(server, trust, clock)
    foreseen = {chain.fingerprint for chain in timestamper.foresee()}
    server.tsa = CraftyTsa(server.pki.tsa("新しい証明書"), server.pki)
    with pytest.raises(UnforeseenAuthority):
        timestamper.stamp(DIGEST, foreseen)
    foreseen = {chain.fingerprint for chain in timestamper.foresee()}
    assert len(foreseen) == 2
    assert timestamper.stamp(DIGEST, foreseen)


def test_chain_is_believed_for_a_while_but_each_token_is_checked(server, trust, clock, monkeypatch):
    timestamper = over_http(server, trust, clock)
    validated = []
    real = timestamper._validated
    monkeypatch.setattr(timestamper, "_validated", lambda token: validated.append(1) or real(token))
    for _ in range(3):
        timestamper.stamp(DIGEST)
    assert len(validated) == 1
    server.tsa = CraftyTsa(server.tsa.issued, server.pki, breaks_signature=True)
    assert "署名が正しくありません" in refusal(timestamper)
    server.tsa = CraftyTsa(server.tsa.issued, server.pki)
    clock.move(seconds=CHAIN_LIFE.total_seconds())
    timestamper.stamp(DIGEST)
    assert len(validated) == 2
