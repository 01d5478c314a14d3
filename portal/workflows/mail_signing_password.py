"""Mail the signing password (署名用パスワードの送付): with the request, and again when the signer asks for it."""

from dataclasses import dataclass, field

from portal.workflows import manage_certificates
from portal.workflows.act import Act
from procurement.contracts import Contract
from signing import CirculationStep, Side
from signing.key_custody import KeyVault


@dataclass(frozen=True)
class PasswordDesk:
    """What issuing takes: the vault that hashes, and the key that hides a secret in the outbox."""

    vault: KeyVault = field(repr=False)
    letter_key: bytes = field(repr=False)


def certificate_owner(contract: Contract, step: CirculationStep) -> str:
    """Whose certificate a step is signed with (証明書の所有者): the city's, or the company's."""
    return contract.city if step.side is Side.SENDER else contract.company_id


def write_password(act: Act, desk: PasswordDesk, contract: Contract, step: CirculationStep) -> None:
    """The day's password to whoever signs with its own certificate, once a day at most. (PTY-08, PTY-09, PTY-66)"""
    if step.signs_as_party:
        owner = certificate_owner(contract, step)
        manage_certificates.send_password_if_needed(
            act, contract.city, desk.vault, desk.letter_key, owner, step.email, step.name
        )


def reissue_password(act: Act, desk: PasswordDesk, contract: Contract, step: CirculationStep) -> None:
    """Another password by mail; the one before stops working at once. (PTY-10, AMB-16)"""
    owner = certificate_owner(contract, step)
    manage_certificates.reissue_password(
        act, contract.city, desk.vault, desk.letter_key, owner, step.email, step.name
    )
