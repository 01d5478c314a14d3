"""Parts of a city's rules (市の規則の各部) besides scope and deadlines: signing, mails, applications."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from procurement.cities.kinds import (
    AddressConfirmation,
    Channel,
    GuaranteeKind,
    ProcurementCategory,
    Side,
    SigningStyle,
    SigningType,
    Trigger,
)
from procurement.cities.limit_rules import LimitRule
from procurement.cities.marks import Mark

SIX_MEBIBYTES = 6 * 1024 * 1024
CARRIER_DOMAINS = (
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "i.softbank.jp",
    "softbank.ne.jp",
    "rakumail.jp",
    "ymobile.ne.jp",
)
FREE_MAIL_DOMAINS = (
    "gmail.com",
    "googlemail.com",
    "yahoo.co.jp",
    "ymail.ne.jp",
    "outlook.com",
    "outlook.jp",
    "hotmail.com",
    "hotmail.co.jp",
    "live.jp",
    "icloud.com",
    "me.com",
    "aol.com",
)
CONTRACTOR_ORDER = ("clerk1", "clerk2", "clerk3", "signatory")
SUBJECT_PLACEHOLDERS = ("title", "number", "city", "mayor", "requester", "organization", "company")


def has_domain(address: str, domains: Iterable[str]) -> bool:
    """Whether a mail address belongs to one of the domains or to a part of one."""
    domain = address.rpartition("@")[2].strip().lower()
    return any(domain == known or domain.endswith(f".{known}") for known in domains)


@dataclass(frozen=True)
class Participation:
    """Choice of the electronic way (電子契約の選択), and the stages of a case. (CITY-02, CITY-24)"""

    optional: bool = True
    text: str = "電子契約を希望しない場合は、従来どおり紙の契約書で契約します。"
    stages: tuple[str, ...] = ()
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True)
class AmendmentDecision:
    """Whether an amendment may be electronic (変更契約の可否), in the city's words."""

    allowed: bool
    text: str
    source: str

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"allowed": self.allowed, "text": self.text, "source": self.source}


@dataclass(frozen=True)
class AmendmentRule:
    """Amendments (変更契約): electronic only if the original was, as a rule. (CITY-09, CITY-65)"""

    only_if_original_electronic: bool = True
    carry_over_addresses: bool = True
    text: str = "当初契約が電子契約のため、変更契約も電子契約で締結できます。"
    refusal: str = "当初契約を電子契約で締結したもののみ、変更契約についても電子契約の対象とします。"
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True)
class BackdatingRule:
    """No backdating (遡及の禁止): the contract date is the last signature's. (CITY-08, CITY-45, CITY-64)"""

    text: str = "契約日は最後の署名が完了した日です。それより前の日にすることはできません。"
    contract_date_text: str = "契約書には、最後の署名が完了した日が契約日として記載されます。"
    mark: Mark = field(default_factory=Mark)

    @property
    def source(self) -> str:
        """Where the rule stands."""
        return self.mark.source


@dataclass(frozen=True)
class LateHandling:
    """After the deadline (期限後の扱い): what an officer may do, always with a reason. (CITY-13, AMB-05)"""

    accept_late_with_reason: bool = True
    move_to_paper_with_reason: bool = True
    hold_completion: bool = True
    text: str = "期限を過ぎています。市が理由を付けて期限後に受け付けるか、紙の契約に切り替えます。"
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True)
class ChannelRule:
    """Channel (提出方法) for some kinds of cases. (CITY-25)"""

    channel: Channel
    categories: frozenset[ProcurementCategory] = frozenset(ProcurementCategory)


@dataclass(frozen=True)
class UsageApplicationRule:
    """Usage application (電子契約利用の申請): which form, how, and what goes with it. (CITY-05, CITY-06)

    `form` is the code of the form among the city's [[forms]].
    """

    form: str = "usage_application"
    required: bool = True
    per_case: bool = True
    again_at_amendment: bool = False
    again_when_address_changes: bool = True
    delegation_allowed: bool = False
    void_when_paper: bool = True
    match_register: bool = False
    seal_required: bool = False
    confirm_address: AddressConfirmation = AddressConfirmation.SHOWN
    warn_free_mail: bool = False
    warn_carrier_mail: bool = False
    free_mail_domains: tuple[str, ...] = FREE_MAIL_DOMAINS
    carrier_domains: tuple[str, ...] = CARRIER_DOMAINS
    attachments: tuple[str, ...] = ()
    further_attachments: str = ""
    receiver: str = ""
    text: str = ""
    channels: tuple[ChannelRule, ...] = (ChannelRule(Channel.WEB),)
    mark: Mark = field(default_factory=Mark)

    def channels_for(self, category: ProcurementCategory) -> tuple[Channel, ...]:
        """The ways in which the form may come for this kind of case, the city's first choice first."""
        return tuple(rule.channel for rule in self.channels if category in rule.categories)


@dataclass(frozen=True)
class SigningPolicy:
    """Signing (署名の進め方): words, order, what a signatory may do, the link. (CITY-04, SIGN-20..52)"""

    type: SigningType = SigningType.WITNESS
    parallel: bool = False
    style: SigningStyle = SigningStyle.COMPLETE
    order: tuple[Side, ...] = (Side.CONTRACTOR, Side.CITY)
    contractor_order: tuple[str, ...] = CONTRACTOR_ORDER
    request_city_automatically: bool = True
    allow_decline: bool = False
    allow_forward: bool = False
    allow_problem_report: bool = True
    visible_signature: bool = False
    request_link_days: int = 30
    request_link_ends_at_deadline: bool = True
    max_files: int = 20
    text: str = ""
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True)
class CompletionPolicy:
    """Completion mail (締結完了のお知らせ): attached or by link, how long. (SIGN-28, SIGN-46, SIGN-48)

    `attach_at_limit` says whether a file of exactly the limit is still attached. (AMB-35)
    """

    attach: bool = False
    attach_limit_bytes: int = SIX_MEBIBYTES
    attach_at_limit: bool = True
    carrier_attach_limit_bytes: int | None = None
    carrier_domains: tuple[str, ...] = CARRIER_DOMAINS
    download_link_days: int = 14
    text: str = ""
    mark: Mark = field(default_factory=Mark)

    def attaches(self, size_bytes: int, address: str) -> bool:
        """Whether the concluded file goes with the mail to this address, or only a link."""
        limit = self.attach_limit_bytes
        if self.carrier_attach_limit_bytes is not None and has_domain(address, self.carrier_domains):
            limit = self.carrier_attach_limit_bytes
        return self.attach and (size_bytes < limit or (self.attach_at_limit and size_bytes == limit))

    def download_link_ends_at(self, sent_at: datetime) -> datetime:
        """End of a download link: so many times 24 hours from the sending of the mail. (AMB-13)"""
        return sent_at + timedelta(days=self.download_link_days)


@dataclass(frozen=True)
class MailNames:
    """Names in mails (メールの件名と差出人名): exact subjects with named placeholders. (MAIL-12..16)"""

    sender_name: str
    requester_name: str
    requester_organization: str
    request_subject: str = "{city}より「{title}」への署名依頼が届いています"
    completion_subject: str = "電子署名完了のお知らせ"
    resend_prefix: str = "【再送】"
    mark: Mark = field(default_factory=Mark)

    def subject_of_request(self, **values: str) -> str:
        """Subject of a signing request; values as in SUBJECT_PLACEHOLDERS."""
        return self._fill(self.request_subject, values)

    def subject_of_completion(self, **values: str) -> str:
        """Subject of the completion mail."""
        return self._fill(self.completion_subject, values)

    def _fill(self, template: str, values: dict[str, str]) -> str:
        own = {"requester": self.requester_name, "organization": self.requester_organization}
        return template.format(**{**dict.fromkeys(SUBJECT_PLACEHOLDERS, ""), **own, **values})


@dataclass(frozen=True)
class ElectronicGuarantee:
    """Electronic guarantee (電子保証): whose, for which cases, from when. (CITY-28..31, CITY-71..73)"""

    issuer: str
    kinds: frozenset[GuaranteeKind]
    categories: frozenset[ProcurementCategory]
    confirm_categories: frozenset[ProcurementCategory]
    trigger: Trigger
    starts_on: date | None
    channel: Channel
    receiver: str
    document: str
    needs_permission_per_case: bool
    paper_contract_allowed: bool
    text: str
    mark: Mark


@dataclass(frozen=True)
class GuaranteeMethod:
    """Way to secure a contract (契約保証の方法), and how its original comes. (CITY-30, FORM-I11..16)"""

    code: str
    label: str
    electronic: bool
    channels: tuple[Channel, ...]
    original_by: Trigger | None
    text: str
    mark: Mark


@dataclass(frozen=True)
class Guarantees:
    """Guarantees (保証の取扱い) of a city.

    `orderer_code` is who the city is to a registry ("" means its slug), `orderer_names` the names that a
    certificate may give it (empty: its mayor). `blocks_signature`: the city signs only once a contract
    guarantee that is required is in force. (CITY-30)
    """

    electronic: tuple[ElectronicGuarantee, ...] = ()
    methods: tuple[GuaranteeMethod, ...] = ()
    limits: tuple[LimitRule, ...] = ()
    orderer_code: str = ""
    orderer_names: tuple[str, ...] = ()
    blocks_signature: bool = True
    mark: Mark = field(default_factory=Mark)

    @property
    def asks_permission(self) -> bool:
        """Whether an electronic guarantee must be permitted case by case. (CITY-31)"""
        return any(rule.needs_permission_per_case for rule in self.electronic)


@dataclass(frozen=True)
class HelpLink:
    """A link of the help page (関連リンク)."""

    title: str
    url: str


@dataclass(frozen=True)
class HelpTexts:
    """Help (困ったとき): whom to ask about the operation, whom about the contents. (CITY-32, SUP-05)"""

    operation: str = ""
    contact: str = ""
    hours: str = ""
    contents: str = ""
    links: tuple[HelpLink, ...] = ()
    mark: Mark = field(default_factory=Mark)


@dataclass(frozen=True)
class Notices:
    """Sentences of the city in notices (お知らせの文面). (CITY-42)"""

    award: str = ""
    award_shows_submission_address: bool = True
    mark: Mark = field(default_factory=Mark)
