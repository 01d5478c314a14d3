"""Key files for one act (手元の証明書ファイル): a PKCS#12 file is opened in memory, used once and forgotten."""

from signing.errors import SetupRequired, SigningRefused
from signing.pades.signers import SealingKey, load_pkcs12

MAX_KEY_FILE = 48 << 10
"""Bytes of a PKCS#12 file; a key with a chain of four certificates takes less than ten thousand."""


class BadKeyFile(SigningRefused):
    code = "bad_key_file"
    text = (
        "証明書ファイルを開けません。パスワードが違うか、PKCS#12形式（.p12、.pfx）のファイルではありません。"
    )
    remedy = "ファイルとパスワードを確かめて、もう一度お試しください。ファイルもパスワードも、ここには保存していません。"


def open_key_file(content: bytearray, password: str) -> SealingKey:
    """Opens an uploaded PKCS#12 file and overwrites the bytes it came in. Nothing is stored or logged."""
    try:
        if not content or len(content) > MAX_KEY_FILE:
            raise BadKeyFile(reason="empty" if not content else "too large")
        return load_pkcs12(bytes(content), password.encode())
    except SetupRequired as error:
        if error.__cause__ is not None:  # could not be opened at all
            raise BadKeyFile() from None
        raise BadKeyFile(
            error.text.replace("署名鍵", "証明書ファイル"), remedy=error.remedy or None
        ) from None
    finally:
        content[:] = bytes(len(content))
