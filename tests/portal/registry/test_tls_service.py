"""`registry run` with TLS: programs are known by the certificate of their connection, and by nothing else."""

import http.client
import ipaddress
import json
import ssl
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from guarantees.http_registry import HttpRegistry
from guarantees.lookup import Arrived, Found, Unavailable
from portal import clock
from tests.guarantees.registry.samples import CONTENTS, KEY, NUMBER, ORDERER, publication
from tests.portal.registry.programs import look
from tests.portal.registry.services import Service

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
HEADERS = (
    "X-SSL-Client-Cert",
    "X-Client-Cert",
    "X-Forwarded-Client-Cert",
    "SSL-Client-Cert",
    "gunicorn.socket",
)
NOT_LET_IN = "保証確認サービスが、この接続（トークンまたは証明書）を認めていません。"


@dataclass(frozen=True)
class Holder:
    """Somebody with a certificate and its key, as files."""

    cert: Path
    key: Path


class SmallCA:
    """A certificate authority of this test."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(self.name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.cert = folder / f"{name}.pem"
        self.cert.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, name: str, usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH) -> Holder:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = (
            self._builder(subject, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )
        holder = Holder(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        holder.cert.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        holder.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return holder

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


@dataclass(frozen=True)
class Secured:
    """A running service, the authority that it trusts, and two registered programs."""

    service: Service
    authority: SmallCA
    city: Holder
    surety: Holder
    city_id: str

    def as_seen_by(self, holder: Holder | None) -> HttpRegistry:
        files = (str(holder.cert), str(holder.key)) if holder else ("", "")
        return HttpRegistry(self.service.url, {}, 60, str(self.authority.cert), *files)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, demo_keys: Path) -> Iterator[Secured]:
    """`registry run --tls-cert --tls-key --client-ca`, with programs that were added by `client add --cert`."""
    instance = tmp_path_factory.mktemp("registry")
    authority = SmallCA(instance, "authority")
    server = authority.issue("server", ExtendedKeyUsageOID.SERVER_AUTH)
    city, surety = authority.issue("city"), authority.issue("surety")
    options = {"tls-cert": server.cert, "tls-key": server.key, "client-ca": authority.cert}
    service = Service(instance, demo_keys, options, ca=str(authority.cert))
    service.prepare()
    city_id, shown = service.client("orderer", ORDERER, "--cert", str(city.cert))
    assert shown == x509.load_pem_x509_certificate(city.cert.read_bytes()).fingerprint(hashes.SHA256()).hex()
    service.client("surety", "east", "--cert", str(surety.cert))
    service.start()
    yield Secured(service, authority, city, surety, city_id)
    service.stop()


def test_by_certificate_a_surety_publishes_and_an_orderer_looks_until_it_is_revoked(secured: Secured) -> None:
    now = clock.now()
    surety, city = secured.as_seen_by(secured.surety), secured.as_seen_by(secured.city)
    arrived = surety.publish(publication(), now=now)
    assert isinstance(arrived, Arrived), arrived
    found = city.look_up(ORDERER, NUMBER, KEY, asked_by="契約課", now=now)
    assert isinstance(found, Found), found
    assert found.certificate.latest == CONTENTS
    other_side = (
        surety.look_up(ORDERER, NUMBER, KEY, asked_by="x", now=now),
        city.publish(publication(), now=now),
    )
    assert other_side == (Unavailable(NOT_LET_IN), Unavailable(NOT_LET_IN))

    done = secured.service.command("registry", "client", "revoke", secured.city_id)
    assert (done.exit_code, done.output.strip()) == (0, "接続を止めました。")
    again = city.look_up(ORDERER, NUMBER, KEY, asked_by="契約課", now=now)
    assert again == Unavailable(NOT_LET_IN)
    assert KEY.reveal() not in secured.service.log.read_text(encoding="utf-8", errors="replace")


def test_without_a_certificate_or_with_one_that_is_not_registered_nobody_is_let_in(secured: Secured) -> None:
    for holder in (None, secured.authority.issue("stranger")):
        answer = secured.as_seen_by(holder).look_up(ORDERER, NUMBER, KEY, asked_by="x", now=clock.now())
        assert answer == Unavailable(NOT_LET_IN)


def test_a_certificate_of_another_authority_gets_no_connection(secured: Secured, tmp_path: Path) -> None:
    stranger = SmallCA(tmp_path, "authority").issue("surety")
    published = secured.as_seen_by(stranger).publish(publication(number="31072-0002M"), now=clock.now())
    assert isinstance(published, Unavailable)
    assert published.problem in (
        "保証確認サービスに接続できません。",
        "保証確認サービスの応答が、HTTPとして読めません。",
    )


def test_a_header_from_outside_is_no_certificate(secured: Secured) -> None:
    pem = secured.surety.cert.read_bytes()
    der = x509.load_pem_x509_certificate(pem)
    said = (
        quote(pem.decode()),
        b64encode(der.public_bytes(Encoding.DER)).decode(),
        f"Hash={der.fingerprint(hashes.SHA256()).hex()}",
    )
    context = ssl.create_default_context(cafile=str(secured.authority.cert))
    for word in said:
        connection = http.client.HTTPSConnection(
            "localhost", secured.service.port, timeout=60, context=context
        )
        headers = {"Content-Type": "application/json", **dict.fromkeys(HEADERS, word)}
        connection.request("POST", "/registry/api/v1/look-ups", json.dumps(look()), headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["error"]) == (401, "client.unknown")
        connection.close()
