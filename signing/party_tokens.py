"""Parties' keys on a PKCS#11 token of the installation (署名装置の鍵): released by the PIN that the signer types.

Two short sessions make one act: the first reads the certificate (and finds out whether the PIN is right), the
second signs. Between them, and afterwards, nothing is logged in and no PIN is remembered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from asn1crypto import x509

from signing.errors import SigningRefused
from signing.pades.algorithms import SignatureAlgorithm, algorithm_for
from signing.pades.signers import SealingKey


class WrongTokenPin(SigningRefused):
    code = "wrong_pin"
    text = "署名装置のPINが正しくありません。"
    remedy = "続けて間違えると、装置がPINを使えなくします。確かめてから、もう一度入力してください。"


class TokenMissing(SigningRefused):
    code = "token_missing"
    text = "署名装置を使えません。署名は付いていません。"
    remedy = "装置の接続と電源を確かめ、もう一度お試しください。続くときは管理者にご連絡ください。"


@dataclass(frozen=True)
class PartyToken:
    """Where a party's key lies (鍵の場所), and for whom: an official of a city, by mail address."""

    library: Path
    token_label: str
    key_label: str
    owner: str
    email: str

    @property
    def id(self) -> str:
        """How a page names it; never the PIN."""
        return f"token:{self.token_label}:{self.key_label}"


def tokens_of(tokens: Iterable[PartyToken], owner: str, email: str) -> list[PartyToken]:
    """The keys of one signer."""
    return [t for t in tokens if t.owner == owner and t.email.casefold() == email.casefold()]


def token_key(token: PartyToken, pin: str, chain: tuple[x509.Certificate, ...] = ()) -> SealingKey:
    """The key for one act. Each signature opens the token with the PIN and closes it again."""
    from signing.pades.token_sessions import TokenAddress, certificate_on, one_act, sign_on

    address = TokenAddress(token.library, token.token_label, pin, token.key_label, token.key_label)
    try:
        with one_act(address) as session:
            certificate = certificate_on(session, token.key_label)
    except Exception as error:  # each library has faults of its own
        raise _said(error) from error
    if certificate is None:
        raise TokenMissing(f"署名装置に証明書「{token.key_label}」がありません。")
    algorithm = algorithm_for(certificate)

    def with_digest(digest: str) -> SealingKey:
        def sign(data: bytes) -> bytes:
            try:
                with one_act(address) as session:
                    return sign_on(session, token.key_label, digest, data)
            except Exception as error:
                raise _said(error) from error

        return SealingKey(sign, certificate, chain, SignatureAlgorithm(algorithm.key, digest), with_digest)

    return with_digest(algorithm.digest)


def _said(error: Exception) -> SigningRefused:
    if isinstance(error, SigningRefused):
        return error
    name = type(error).__name__
    return (
        WrongTokenPin()
        if name.startswith("Pin") or name == "UserAlreadyLoggedIn"
        else TokenMissing(reason=name)
    )
