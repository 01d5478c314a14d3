"""Tags of the audit log (記録の種類): `subject:thing:verb`, each with the details that it must carry."""

from enum import StrEnum
from typing import Self


class Tag(StrEnum):
    """What happened. The words after the tag are the keys that `details` must have, no more and no fewer."""

    keys: frozenset[str]

    def __new__(cls, value: str, *keys: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.keys = frozenset(keys)
        return member

    ACCOUNT_CREATED = "account:create", "login_name", "roles"
    ACCOUNT_DISABLED = "account:disable", "login_name"
    ACCOUNT_LOGIN = "account:login", "login_name"
    ACCOUNT_LOGIN_FAILED = "account:login:fail", "reason"
    ACCOUNT_LOGOUT = "account:logout"
    ACCOUNT_PASSWORD_CHANGED = "account:password:change"  # noqa: S105 - the name of an act
    CASE_LINK_ENTERED = "case_link:enter", "case_id"
    CERTIFICATE_REQUESTED = "certificate:request", "holder", "authority"
    CERTIFICATE_ISSUED = "certificate:issue", "serial", "authority"
    CERTIFICATE_CONFIRMED = "certificate:confirm", "serial"
    CERTIFICATE_REVOKED = "certificate:revoke", "serial", "reason"
    CERTIFICATE_PIN_CHANGED = "certificate:pin:change", "serial"
    CERTIFICATE_PIN_REFUSED = "certificate:pin:refuse", "code"
    SIGNING_PASSWORD_ISSUED = "signing_password:issue", "holder", "expires"
    SIGNING_PASSWORD_REISSUED = "signing_password:reissue", "holder", "expires"
    SERVICE_KEY_REQUESTED = "service_key:request", "name"
    SERVICE_KEY_IMPORTED = "service_key:import", "serial"
    SERVICE_KEY_ROTATED = "service_key:rotate", "serial", "former"
    MAIL_FAILED = "mail:fail", "error"

    AWARD_DECIDED = "case:award:decide", "number"
    AWARDS_IMPORTED = "award:import", "rows", "imported"
    FILING_SUBMITTED = "filing:submit", "version"
    FILING_REGISTERED = "filing:register", "version", "channel"
    FILING_WITHDRAWN = "filing:withdraw", "version"
    FILING_SENT_BACK = "filing:send_back", "version"
    FILING_ACCEPTED = "filing:accept", "version", "reason"
    FILING_REJECTED = "filing:reject", "version"
    FILING_ASSIGNED = "filing:assign", "officer", "former"
    FILING_RELEASED = "filing:release", "former"
    CASE_ARCHIVE_TAKEN = "case:archive:take", "files"
    FILING_ADDRESS_CONFIRMED = "filing:address:confirm", "version"
    FILING_ADDRESS_WAIVED = "filing:address:waive", "version", "reason"
    CONTRACT_DRAFTED = "contract:document:add", "name", "sha256"
    CONTRACT_DOCUMENT_REMOVED = "contract:document:remove", "name"
    CONTRACT_SENT = "contract:send", "envelope"
    CONTRACT_RESENT = "contract:resend", "step"
    CONTRACT_SIGNING_OPENED = "contract:signing:open", "step"
    CONTRACT_HANDED_OUT = "contract:signing:hand_out", "step", "until", "certificate"
    CONTRACT_SIGNATURE_RETURNED = "contract:signing:return", "step", "reason"
    CONTRACT_CONSENTED = "contract:consent", "step", "side", "pressed"
    CONTRACT_DECLINED = "contract:decline", "reason"
    CONTRACT_FORWARDED = "contract:forward", "step", "successor"
    CONTRACT_PROBLEM = "contract:problem", "problem"
    CONTRACT_RESUMED = "contract:resume"
    CONTRACT_CANCELLED = "contract:cancel", "reason"
    CONTRACT_LATE_ALLOWED = "contract:late:allow", "reason"
    CONTRACT_CONCLUDED = "contract:conclude", "number", "documents"
    CONTRACT_CERTIFIED = "contract:certify", "sha256"
    COMPLETION_RETRIED = "contract:completion:retry", "seals"
    CONTRACT_UNVERIFIED = "contract:conclude:refuse", "problem"
    CONTRACT_AMENDED = "contract:amend", "original"
    CONTRACT_TO_PAPER = "contract:paper", "reason"
    CONTRACT_CONCLUDED_ON_PAPER = "contract:paper:conclude", "on"
    CONTRACT_DATE_REFUSED = "contract:date:refuse", "claimed"
    DOCUMENT_READ = "document:read", "name", "sha256"
    DOCUMENT_PRESERVED = "document:preserve", "name", "before", "after", "authority", "holds_until"
    DOCUMENT_NOT_PRESERVED = "document:preserve:fail", "name", "problem"
