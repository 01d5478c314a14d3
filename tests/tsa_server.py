"""A real HTTP server of an authority (RFC 3161, OCSP, CRL) for tests, which can misbehave in every way."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.pades import der
from tests.authority_pki import Issued, Pki

POLICY = "1.3.6.1.4.1.32473.1.7"
MEDIA = {
    "tsa": "application/timestamp-reply",
    "ocsp": "application/ocsp-response",
    "crl": "application/pkix-crl",
}
Answer = Callable[[bytes], bytes]


class CraftyTsa:
    """Makes real tokens, or false ones: every part of a token can be replaced."""

    def __init__(self, issued: Issued, pki: Pki, **changes: Any) -> None:
        self.issued = issued
        self.pki = pki
        self.changes = changes
        self.name = str(changes.get("name", "crafty"))

    def answer(self, request: bytes) -> bytes:
        """Encoded TimeStampReq → encoded TimeStampResp, false in the way that was asked for."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        get = self.changes.get
        if status := get("status"):
            info = {
                "status": status,
                "status_string": ["試験のため発行しません"],
                "fail_info": {"time_not_available"},
            }
            return der.sequence(tsp.PKIStatusInfo(info).dump())
        digest = get("digest", asked["message_imprint"]["hashed_message"].native)
        algorithm = get("imprint_algorithm", asked["message_imprint"]["hash_algorithm"]["algorithm"].native)
        values = {
            "version": get("version", 1),
            "policy": get("policy", POLICY),
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}),
                "hashed_message": digest,
            },
            "serial_number": secrets.randbits(63),
            "gen_time": (self.pki.clock() + get("clock_off", timedelta(0)))
            .astimezone(UTC)
            .replace(microsecond=0),
            "nonce": get("nonce", asked["nonce"].native),
        }
        if "accuracy" in self.changes:
            values["accuracy"] = get("accuracy")
        info = tsp.TSTInfo(values)
        response = {"status": {"status": "granted"}, "time_stamp_token": self._token(info.dump())}
        encoded: bytes = tsp.TimeStampResp(response).dump()
        return encoded[: get("truncate")]

    def _token(self, content: bytes) -> cms.ContentInfo:
        get, certificate = self.changes.get, self.issued.asn1
        attributes = self._attributes(content)
        hash_name = get("signature_hash", "sha256")
        signature = self._sign(attributes.dump(), hash_name)
        if get("breaks_signature"):
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        kind = "rsa" if isinstance(self.issued.key, rsa.RSAPrivateKey) else "ecdsa"
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": {"algorithm": hash_name},
            "signature_algorithm": {"algorithm": f"{hash_name}_{kind}"},
            "signed_attrs": attributes,
            "signature": signature,
        }
        certificates = [] if get("without_certificate") else [certificate, self.pki.issuing.asn1]
        signed = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": hash_name}],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "certificates": certificates,
            "signer_infos": [signer],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

    def _sign(self, data: bytes, hash_name: str) -> bytes:
        algorithm = {"sha256": hashes.SHA256(), "sha1": hashes.SHA1()}[hash_name]
        if isinstance(self.issued.key, rsa.RSAPrivateKey):
            return self.issued.key.sign(data, padding.PKCS1v15(), algorithm)
        return self.issued.key.sign(data, ec.ECDSA(algorithm))

    def _attributes(self, content: bytes) -> cms.CMSAttributes:
        named = self.changes.get("named", self.issued).asn1.dump()
        hash_name = self.changes.get("signature_hash", "sha256")
        found = [
            ("content_type", "tst_info"),
            ("message_digest", hashlib.new(hash_name, content).digest()),
        ]
        if not self.changes.get("without_ess"):
            entry = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(named).digest()})
            found.append(("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [entry]})))
        return cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})
                for kind, value in found
            ]
        )


class AuthorityServer:
    """Serves `/tsa` (and any other path that is given an answer), `/ocsp`, `/crl/issuing` and `/crl/root`.

    `trouble[path]`: how the transport misbehaves there: an HTTP status, or one of redirect, html, hang, drip,
    huge, cut, reset, empty, plain.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.trouble: dict[str, int | str] = {}
        self.seen: list[tuple[str, bytes, dict[str, str]]] = []
        self._closing = threading.Event()
        self._server = _server(self)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self.pki = Pki(self.base, clock)
        self.tsa = CraftyTsa(self.pki.tsa(), self.pki)
        self.answers: dict[str, Answer] = {
            "/tsa": lambda body: self.tsa.answer(body),
            "/ocsp": lambda body: self.pki.ocsp(body),
            "/crl/issuing": lambda _: self.pki.crl("issuing"),
            "/crl/root": lambda _: self.pki.crl("root"),
        }
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path: str = "/tsa") -> str:
        return self.base + path

    def asked(self, path: str) -> int:
        """How often a path was asked."""
        return sum(seen == path for seen, _, _ in self.seen)

    def add_tsa(self, path: str, issued: Issued, **changes: Any) -> str:
        """Another time-stamping authority behind a path of its own; its address."""
        self.answers[path] = CraftyTsa(issued, self.pki, **changes).answer
        return self.url(path)

    def stop(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answers one request, or misbehaves."""
        self.seen.append((handler.path, body, dict(handler.headers)))
        trouble = self.trouble.get(handler.path)
        kind = MEDIA[handler.path.split("/")[1][:4].rstrip("-0123456789")]
        if isinstance(trouble, int):
            handler.send_error(trouble)
        elif trouble == "redirect":
            handler.send_response(302)
            handler.send_header("Location", self.url("/elsewhere"))
            handler.end_headers()
        elif trouble == "html":
            self._send(handler, b"<html>please log in</html>", "text/html; charset=utf-8")
        elif trouble == "hang":
            self._closing.wait(60)
        elif trouble == "reset":
            handler.connection.close()
        elif trouble == "huge":
            self._send(handler, bytes(9 << 20), kind)
        elif trouble == "empty":
            self._send(handler, b"", kind)
        else:
            self._answer(handler, self.answers[handler.path](body), kind, trouble)

    def _answer(
        self, handler: BaseHTTPRequestHandler, content: bytes, kind: str, trouble: str | None
    ) -> None:
        if trouble == "plain":
            self._send(handler, content, "text/plain")
        elif trouble == "cut":
            self._send(handler, content[:-20], kind, len(content))
        elif trouble == "drip":
            self._head(handler, kind, len(content))
            for byte in content:
                if self._closing.wait(0.1):
                    return
                handler.wfile.write(bytes([byte]))
        else:
            self._send(handler, content, kind)

    def _send(
        self, handler: BaseHTTPRequestHandler, content: bytes, kind: str, length: int | None = None
    ) -> None:
        self._head(handler, kind, len(content) if length is None else length)
        handler.wfile.write(content)

    @staticmethod
    def _head(handler: BaseHTTPRequestHandler, kind: str, length: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()


def _server(authority: AuthorityServer) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._serve(b"")

        def _serve(self, body: bytes) -> None:
            try:
                authority.serve(self, body)
            except (BrokenPipeError, ConnectionResetError, ValueError):
                self.close_connection = True  # the other side has given up, or was hung up on

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
