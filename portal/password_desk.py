"""The password desk (署名用パスワードの発行) of this instance, for pages and jobs."""

from portal import custody
from portal.workflows.mail_signing_password import PasswordDesk


def password_desk() -> PasswordDesk:
    """What issues signing passwords here."""
    return PasswordDesk(custody.vault(), custody.letter_key())
