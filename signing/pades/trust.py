"""Trust (信頼の起点): which root certificates we believe, and which of them are for demonstration only."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509

from signing.errors import SetupRequired


@dataclass(frozen=True)
class TrustStore:
    """Root certificates (信頼するルート証明書). `demo` ones are believed, and always named as a demo."""

    roots: tuple[x509.Certificate, ...] = ()
    demo: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()

    @property
    def anchors(self) -> list[x509.Certificate]:
        return [*self.roots, *self.demo]

    def is_demo(self, certificate: x509.Certificate) -> bool:
        return any(certificate.sha256 == known.sha256 for known in self.demo)

    def with_roots(self, certificates: Iterable[x509.Certificate]) -> "TrustStore":
        return TrustStore((*self.roots, *certificates), self.demo, self.intermediates)


def load_certificates(path: Path) -> list[x509.Certificate]:
    """Reads certificates from a PEM file (any number) or a DER file."""
    try:
        content = path.read_bytes()
        if not pem.detect(content):
            return [_fresh(content)]
        return [_fresh(der) for kind, _, der in pem.unarmor(content, multiple=True) if kind == "CERTIFICATE"]
    except (OSError, ValueError, TypeError) as error:
        raise SetupRequired(f"証明書ファイル {path} を読めません。", reason=str(error)) from error


def load_trust(paths: Iterable[Path]) -> TrustStore:
    """Reads trust roots from PEM files; a certificate that did not sign itself serves as an intermediate."""
    found = [certificate for path in paths for certificate in load_certificates(path)]
    roots = tuple(c for c in found if c.self_issued)
    return TrustStore(roots=roots, intermediates=tuple(c for c in found if not c.self_issued))


def _fresh(der: bytes) -> x509.Certificate:
    certificate: x509.Certificate = x509.Certificate.load(der)
    certificate.native  # noqa: B018 - parses it whole now, so that a broken file fails here
    return certificate
