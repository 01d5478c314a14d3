"""Authorities over HTTP: time-stamps with failover, revocation data kept for half its life."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import errors
from signing.pades.demo_pki import open_demo_pki
from signing.pades.demo_tsa import DemoTsa
from signing.pades.revocation import HttpRevocation, RevocationUnavailable
from signing.pades.timestamps import MAX_ANSWER, HttpTsa, Timestamper


@pytest.fixture
def serve():
    """Serves what a function makes of each request's body; the address, and the bodies seen."""
    servers = []

    def start(answer, status: int = 200):
        seen: list[bytes] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer(seen[-1]))

            def log_message(self, *_args) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/", seen

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def tsa(services, keys, clock):
    return DemoTsa(open_demo_pki(keys), clock)


def test_second_authority_answers_when_the_first_is_down(serve, services, tsa, clock):
    url, seen = serve(tsa.answer)
    down, _ = serve(lambda _: b"sorry", status=500)
    sources = [HttpTsa("http://127.0.0.1:9/", timeout=1), HttpTsa(down), HttpTsa(url)]
    stamp = Timestamper(sources, services.trust, clock).stamp(bytes(32))
    assert stamp.at == clock()
    assert len(seen) == 1


@pytest.mark.parametrize(
    "answer", [b"", b"<html></html>", b"0" * (MAX_ANSWER + 1)], ids=["empty", "html", "too long"]
)
def test_answer_that_is_no_token_is_rejected(serve, services, clock, answer):
    url, _ = serve(lambda _: answer)
    with pytest.raises(errors.TimestampRejected):
        Timestamper([HttpTsa(url)], services.trust, clock).stamp(bytes(32))


def test_token_of_an_authority_that_we_do_not_trust_is_rejected(services, clock, tmp_path):
    stranger = DemoTsa(open_demo_pki(tmp_path / "stranger"), clock)
    with pytest.raises(errors.TimestampRejected):
        Timestamper([stranger], services.trust, clock).stamp(bytes(32))


def test_address_that_is_not_http_is_refused(services, clock):
    with pytest.raises(errors.TimestampUnavailable):
        Timestamper([HttpTsa("file:///etc/passwd")], services.trust, clock).stamp(bytes(32))


def test_ocsp_answer_is_kept_for_half_its_life(serve, keys, clock):
    pki = open_demo_pki(keys)
    url, seen = serve(lambda _: pki.ocsp_response(pki.certificates["tsa"], clock()))
    source = HttpRevocation()
    certificate, issuer = pki.certificates["tsa"], pki.certificates["issuing"]
    first = source._ocsp(url, certificate, issuer, clock())
    clock.move(days=3)
    assert source._ocsp(url, certificate, issuer, clock()) == first
    clock.move(days=1)
    assert source._ocsp(url, certificate, issuer, clock()) != first
    assert len(seen) == 2


def test_certificate_that_names_no_responder_cannot_be_sealed_with(keys, clock):
    pki = open_demo_pki(keys)
    certificate = x509.Certificate.load(pki.certificates["tsa"].public_bytes(Encoding.DER))
    with pytest.raises(RevocationUnavailable) as refused:
        HttpRevocation().gather([certificate], clock())
    assert "no address" in refused.value.facts["reason"]
