"""Notify of ends (電子証明書の期限のお知らせ): 60, 30 and 7 days before a certificate ends, once each. (PTY-13)"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from portal.permissions import Role
from portal.workflows.act import Act
from portal.workflows.manage_certificates import city_of_owner
from portal.workflows.recipients import people_of
from procurement.errors import RuleViolation
from signing import certificates as life


@dataclass(frozen=True)
class ServiceCertificate:
    """A certificate that the service itself rests on: its key's, its chain's, a time-stamping authority's."""

    part: str
    name: str
    fingerprint: str
    not_after: datetime

    @classmethod
    def of(cls, part: str, certificate: x509.Certificate) -> "ServiceCertificate":
        """From a certificate as the sealing service holds it."""
        name = certificate.subject.native.get("common_name") or certificate.subject.human_friendly
        return cls(part, str(name), certificate.sha256.hex(), certificate.not_valid_after)


def due_signers(act: Act) -> list[str]:
    """Ids of signers' certificates of whose end somebody must hear now."""
    return [row.id for row, _ in life.expiring(act.session, act.now)]


def notify_of_signer(act: Act, certificate_id: str) -> int:
    """Write to the signer and to the administrators; returns how many letters. A second run writes none."""
    row = life.certificate(act.session, certificate_id, to_write=True)
    days = life.due_notice(row, act.now)
    if days is None:
        return 0
    row.expiry_noticed_for = days
    try:
        city = city_of_owner(act, row.owner)
    except RuleViolation:
        return 0  # a company without any case has nobody to renew it with
    receivers = {row.email: row.name} | {
        each.mail_address: each.name for each in people_of(act, city, Role.ADMIN)
    }
    for address, name in receivers.items():
        is_holder = address == row.email
        act.mail(
            "certificate_expiring",
            address,
            city=city,
            key=f"certificate-expiring:{row.id}:{days}",
            person=name,
            part="電子証明書",
            holder=f"{row.organisation} {row.title} {row.name}".replace("  ", " "),
            serial=row.serial or "",
            not_after=row.not_after,
            days=days,
            is_holder=is_holder,
            link=act.address_of("/office/certificates") if not is_holder else "",
        )
    return len(receivers)


def notify_of_service(act: Act, city: str, certificates: Iterable[ServiceCertificate]) -> int:
    """Write to a city's administrators about the service's own certificates; returns how many letters."""
    written = 0
    for certificate in certificates:
        days = life.threshold(certificate.not_after, act.now) if certificate.not_after > act.now else None
        if days is not None:
            written += _write_about(act, city, certificate, days)
    return written


def _write_about(act: Act, city: str, certificate: ServiceCertificate, days: int) -> int:
    """The key of the letter says which certificate and which notice: the outbox takes it once."""
    receivers = people_of(act, city, Role.ADMIN)
    for account in receivers:
        act.mail(
            "certificate_expiring",
            account.mail_address,
            city=city,
            key=f"service-certificate:{certificate.fingerprint[:32]}:{days}",
            person=account.name,
            part=certificate.part,
            holder=certificate.name,
            serial="",
            not_after=certificate.not_after,
            days=days,
            is_holder=False,
            link="",
        )
    return len(receivers)
