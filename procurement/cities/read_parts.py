"""From the file to the other parts (各部の読み取り): applications, signing, mails, guarantees, help."""

import re
from dataclasses import replace

from procurement.cities.kinds import (
    AddressConfirmation,
    Channel,
    GuaranteeKind,
    ProcurementCategory,
    Trigger,
)
from procurement.cities.limit_rules import read_limit_rule
from procurement.cities.marks import Mark
from procurement.cities.parts import (
    AmendmentRule,
    BackdatingRule,
    ChannelRule,
    ElectronicGuarantee,
    GuaranteeMethod,
    Guarantees,
    HelpLink,
    HelpTexts,
    LateHandling,
    Notices,
    Participation,
    UsageApplicationRule,
)
from procurement.cities.reader import Table
from procurement.words import Worded

GUARANTEE_KEYS = ("orderer_code", "orderer_names", "blocks_signature")
_ORDERER_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ContractDatePolicy(Worded):
    """What the contract date is (契約日の定め方); the law leaves only the real last signature."""

    LAST_SIGNATURE = "last_signature", "最後の署名の日"


def read_participation(table: Table, source: str) -> Participation:
    """[participation] (電子契約の選択)."""
    usual = Participation()
    part = Participation(
        optional=table.flag("optional", usual.optional),
        text=table.text("text", usual.text),
        stages=table.texts("stages"),
        mark=table.mark(source),
    )
    table.done()
    return part


def read_amendments(table: Table, source: str) -> AmendmentRule:
    """[amendments] (変更契約); assumed when the file is silent. (AMB-04)"""
    usual = AmendmentRule()
    rule = AmendmentRule(
        only_if_original_electronic=table.flag("only_if_original_electronic", True),
        carry_over_addresses=table.flag("carry_over_addresses", True),
        text=table.text("text", usual.text),
        refusal=table.text("refusal", usual.refusal),
        mark=table.mark(source),
    )
    table.done()
    return rule


def read_backdating(table: Table, source: str) -> BackdatingRule:
    """[contract_date] (契約日・遡及の禁止)."""
    usual = BackdatingRule()
    table.choice("policy", ContractDatePolicy, ContractDatePolicy.LAST_SIGNATURE)
    rule = BackdatingRule(
        text=table.text("refusal", usual.text),
        contract_date_text=table.text("text", usual.contract_date_text),
        mark=table.mark(source),
    )
    table.done()
    return rule


def read_late_handling(table: Table, source: str) -> LateHandling:
    """[late_handling] (期限後の扱い)."""
    usual = LateHandling()
    rule = LateHandling(
        accept_late_with_reason=table.flag("accept_late_with_reason", True),
        move_to_paper_with_reason=table.flag("move_to_paper_with_reason", True),
        hold_completion=table.flag("hold_completion", True),
        text=table.text("text", usual.text),
        mark=table.mark(source),
    )
    table.done()
    return rule


def read_usage_application(table: Table, source: str) -> UsageApplicationRule:
    """[usage_application] (電子契約利用申請)."""
    usual = UsageApplicationRule()
    channels = (
        tuple(_read_channel(item) for item in table.tables("channels", word="channel")) or usual.channels
    )
    rule = UsageApplicationRule(
        form=table.text("form", usual.form),
        required=table.flag("required", usual.required),
        per_case=table.flag("per_case", usual.per_case),
        again_at_amendment=table.flag("again_at_amendment", usual.again_at_amendment),
        again_when_address_changes=table.flag("again_when_address_changes", usual.again_when_address_changes),
        delegation_allowed=table.flag("delegation_allowed", usual.delegation_allowed),
        void_when_paper=table.flag("void_when_paper", usual.void_when_paper),
        match_register=table.flag("match_register", usual.match_register),
        seal_required=table.flag("seal_required", usual.seal_required),
        confirm_address=table.choice("confirm_address", AddressConfirmation, usual.confirm_address),
        warn_free_mail=table.flag("warn_free_mail", usual.warn_free_mail),
        warn_carrier_mail=table.flag("warn_carrier_mail", usual.warn_carrier_mail),
        free_mail_domains=table.texts("free_mail_domains", usual.free_mail_domains),
        carrier_domains=table.texts("carrier_domains", usual.carrier_domains),
        attachments=table.texts("attachments"),
        further_attachments=table.text("further_attachments"),
        receiver=table.text("receiver"),
        text=table.text("text"),
        channels=channels,
        mark=table.mark(source),
    )
    table.done()
    return rule


def _read_channel(table: Table) -> ChannelRule:
    rule = ChannelRule(
        channel=table.choice("channel", Channel),
        categories=frozenset(table.choices("categories", ProcurementCategory, ProcurementCategory)),
    )
    table.done()
    return rule


def read_guarantees(table: Table, source: str) -> Guarantees:
    """[guarantees] (保証)."""
    code = table.text("orderer_code")
    if code and not _ORDERER_CODE.fullmatch(code):
        table.wrong("orderer_code", f'英小文字・数字・ハイフン、40字までが要ります（いまは "{code}"）')
    part = Guarantees(
        electronic=tuple(_read_electronic(item, source) for item in table.tables("electronic")),
        methods=tuple(_read_method(item, source) for item in table.tables("methods")),
        limits=tuple(read_limit_rule(item, source) for item in table.tables("limits")),
        orderer_code=code,
        orderer_names=table.texts("orderer_names"),
        blocks_signature=table.flag("blocks_signature", True),
        mark=_with_silent_assumed(table, table.mark(source)),
    )
    table.done()
    return part


def _with_silent_assumed(table: Table, mark: Mark) -> Mark:
    """What the file does not say about guarantees themselves is our assumption, and nowhere in its source."""
    silent = tuple(name for name in GUARANTEE_KEYS if not table.has(name) and name not in mark.unset)
    sources = {**dict.fromkeys(silent, ""), **mark.sources}
    return replace(mark, assumed=(*mark.assumed, *silent), sources=sources)


def _read_electronic(table: Table, source: str) -> ElectronicGuarantee:
    guarantee = ElectronicGuarantee(
        issuer=table.text("issuer", required=True),
        kinds=frozenset(table.choices("kinds", GuaranteeKind, GuaranteeKind)),
        categories=frozenset(table.choices("categories", ProcurementCategory, ProcurementCategory)),
        confirm_categories=frozenset(table.choices("confirm_categories", ProcurementCategory, ())),
        trigger=table.choice("trigger", Trigger, None if table.has("starts_on") else Trigger.CONTRACT_DATE),
        starts_on=table.day("starts_on"),
        channel=table.choice("channel", Channel, Channel.WEB),
        receiver=table.text("receiver"),
        document=table.text("document"),
        needs_permission_per_case=table.flag("needs_permission_per_case", False),
        paper_contract_allowed=table.flag("paper_contract_allowed", False),
        text=table.text("text"),
        mark=table.mark(source, dated=True),
    )
    table.done()
    return guarantee


def _read_method(table: Table, source: str) -> GuaranteeMethod:
    original_by = table.choice("original_by", Trigger, Trigger.CONTRACT_DATE)
    method = GuaranteeMethod(
        code=table.text("code", required=True),
        label=table.text("label", required=True),
        electronic=table.flag("electronic", False),
        channels=table.choices("channels", Channel, (Channel.COUNTER,)),
        original_by=original_by if table.has("original_by") else None,
        text=table.text("text"),
        mark=table.mark(source, dated=True),
    )
    table.done()
    return method


def read_help(table: Table, source: str) -> HelpTexts:
    """[help] (困ったとき)."""
    part = HelpTexts(
        operation=table.text("operation"),
        contact=table.text("contact"),
        hours=table.text("hours"),
        contents=table.text("contents"),
        links=tuple(_read_link(item) for item in table.tables("links")),
        mark=table.mark(source),
    )
    table.done()
    return part


def _read_link(table: Table) -> HelpLink:
    link = HelpLink(table.text("title", required=True), table.text("url", required=True))
    if link.url and not link.url.startswith(("https://", "http://")):
        table.wrong("url", f'https:// で始まるアドレスが要ります（いまは "{link.url}"）')
    table.done()
    return link


def read_notices(table: Table, source: str) -> Notices:
    """[notices] (お知らせの文面)."""
    part = Notices(
        award=table.text("award"),
        award_shows_submission_address=table.flag("award_shows_submission_address", True),
        mark=table.mark(source),
    )
    table.done()
    return part
