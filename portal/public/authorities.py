"""The built-in CA's public answers (設備内認証局): certificates, lists of revoked ones, OCSP; for everybody's verifier."""

import base64
import binascii
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Response, abort, render_template, request

from portal import clock
from portal.custody import built_in_ca
from portal.permissions import Permission, requires
from portal.public.door import blueprint
from portal.security import csrf
from signing.pades.built_in_ca import LABEL, BuiltInCa

LARGEST_REQUEST = 4096
NAMES = re.compile(r"root|issuing")


@blueprint.get("/ca")
@requires(Permission.PUBLIC)
def show_ca() -> str:
    """What this CA is (and is not), its certificates with their fingerprints, and where it answers."""
    ca = _ca()
    certificates = [
        (word, name, ca.certificates[name], _fingerprint(ca, name))
        for word, name in (("ルート証明書", "root"), ("発行用の証明書", "issuing"))
    ]
    return render_template("public/ca.html", ca=ca, label=LABEL, certificates=certificates)


@blueprint.get("/ca/<name>.cer")
@requires(Permission.PUBLIC)
def send_ca_certificate(name: str) -> Response:
    """The certificate of root or issuing CA in DER."""
    content = _ca().certificates[_known(name)].public_bytes(Encoding.DER)
    return _answer(content, "application/pkix-cert", 86400)


@blueprint.get("/ca/crl/<name>.crl")
@requires(Permission.PUBLIC)
def send_ca_crl(name: str) -> Response:
    """The list of revoked certificates (失効リスト) in DER, made now."""
    ca = _ca()
    content = ca.root_crl(clock.now()) if _known(name) == "root" else ca.crl(clock.now())
    return _answer(content, "application/pkix-crl", 600)


@blueprint.post("/ca/ocsp")
@csrf.exempt  # type: ignore[untyped-decorator]
@requires(Permission.PUBLIC)
def answer_ocsp() -> Response:
    """OCSP by POST (RFC 6960)."""
    return _ocsp(request.get_data(cache=False)[: LARGEST_REQUEST + 1])


@blueprint.get("/ca/ocsp/<path:encoded>", merge_slashes=False)
@requires(Permission.PUBLIC)
def answer_ocsp_by_address(encoded: str) -> Response:
    """OCSP by GET: the request in base64 as part of the address."""
    try:
        return _ocsp(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        return _ocsp(b"")


def _ocsp(asked: bytes) -> Response:
    content = _ca().answer_ocsp(asked if len(asked) <= LARGEST_REQUEST else b"", clock.now())
    return _answer(content, "application/ocsp-response", 60)


def _answer(content: bytes, kind: str, seconds: int) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response


def _ca() -> BuiltInCa:
    return built_in_ca() or abort(404)


def _known(name: str) -> str:
    return name if NAMES.fullmatch(name) else abort(404)


def _fingerprint(ca: BuiltInCa, name: str) -> str:
    digits = ca.certificates[name].fingerprint(hashes.SHA256()).hex().upper()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
