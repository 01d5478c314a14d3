"""Trust (信頼の起点): which root certificates we believe, and which of them are for demonstration only."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from asn1crypto import pem, x509

from signing.errors import SetupRequired


@dataclass(frozen=True)
class TrustStore:
    """Root certificates (信頼するルート証明書). `demo` ones are believed, and always named as a demo.

    `is_given`: the roots come from whoever asks for this one verification, not from the installation.
    """

    roots: tuple[x509.Certificate, ...] = ()
    demo: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    is_given: bool = False

    @property
    def anchors(self) -> list[x509.Certificate]:
        return [*self.roots, *self.demo]

    def is_demo(self, certificate: x509.Certificate) -> bool:
        return any(certificate.sha256 == known.sha256 for known in self.demo)

    def source_of(self, certificate: x509.Certificate | None) -> str:
        """Where the trust in a root comes from (信頼の出所): configured, given, demo or none."""
        if certificate is None:
            return "none"
        if self.is_demo(certificate):
            return "demo"
        return "given" if self.is_given else "configured"

    def with_roots(self, certificates: Iterable[x509.Certificate]) -> "TrustStore":
        return replace(self, roots=(*self.roots, *certificates))


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
    """Reads trust anchors from PEM files.

    A certificate that signed itself is a root. Another one helps to build chains; where its issuer is not
    among the certificates it is an anchor too, because whoever gave it can have meant nothing else.
    """
    found = [certificate for path in paths for certificate in load_certificates(path)]
    subjects = {certificate.subject.hashable for certificate in found}
    others = tuple(c for c in found if not c.self_issued)
    alone = tuple(c for c in others if c.issuer.hashable not in subjects)
    roots = tuple(c for c in found if c.self_issued)
    return TrustStore(roots=(*roots, *alone), intermediates=others)


def given_trust(path: Path) -> TrustStore:
    """Trust that somebody names for one verification (`--trust`): these certificates and no others."""
    return replace(load_trust([path]), is_given=True)


def _fresh(der: bytes) -> x509.Certificate:
    certificate: x509.Certificate = x509.Certificate.load(der)
    certificate.native  # noqa: B018 - parses it whole now, so that a broken file fails here
    return certificate
