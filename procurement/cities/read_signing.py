"""From the file to signing and mails (署名・メールの読み取り): who signs how, what is sent when it is done."""

from string import Formatter

from procurement.cities.kinds import Side, SigningStyle, SigningType
from procurement.cities.parts import SUBJECT_PLACEHOLDERS, CompletionPolicy, MailNames, SigningPolicy
from procurement.cities.reader import Table
from procurement.words import Worded


class Signatory(Worded):
    """People of the contractor who confirm in turn (受注者側の確認者)."""

    CLERK1 = "clerk1", "担当者1"
    CLERK2 = "clerk2", "担当者2"
    CLERK3 = "clerk3", "担当者3"
    SIGNATORY = "signatory", "契約締結権限者"


def read_signing(table: Table, source: str) -> SigningPolicy:
    """[signing] (署名); what a signatory may do follows the style unless it is written."""
    style = table.choice("style", SigningStyle, SigningStyle.COMPLETE)
    consents = style is SigningStyle.CONSENT
    usual = SigningPolicy()
    policy = SigningPolicy(
        type=table.choice("type", SigningType, usual.type),
        parallel=table.flag("parallel", usual.parallel),
        style=style,
        order=table.choices("order", Side, usual.order),
        contractor_order=tuple(str(s) for s in table.choices("contractor_order", Signatory, Signatory)),
        request_city_automatically=table.flag("request_city_automatically", usual.request_city_automatically),
        allow_decline=table.flag("allow_decline", consents),
        allow_forward=table.flag("allow_forward", consents),
        allow_problem_report=table.flag("allow_problem_report", not consents),
        visible_signature=table.flag("visible_signature", usual.visible_signature),
        request_link_days=table.count(
            "request_link_days", 10 if consents else usual.request_link_days, most=365
        ),
        request_link_ends_at_deadline=table.flag(
            "request_link_ends_at_deadline", usual.request_link_ends_at_deadline
        ),
        max_files=table.count("max_files", usual.max_files, most=100),
        text=table.text("text"),
        mark=table.mark(source),
    )
    _check_signing(table, policy)
    table.done()
    return policy


def _check_signing(table: Table, policy: SigningPolicy) -> None:
    """What the signing service does in one way only may be written, but not otherwise. (CITY-04, CITY-46, CITY-70)"""
    if policy.order != (Side.CONTRACTOR, Side.CITY):
        table.wrong("order", '受注者が先、市が最後です。["contractor", "city"] だけを書けます')
    usual = [str(signatory) for signatory in Signatory]
    in_turn = [name for name in usual if name in policy.contractor_order]
    if list(policy.contractor_order) != in_turn or usual[-1] not in in_turn:
        table.wrong("contractor_order", '担当者を番号の順に書き、最後に "signatory" を書きます')
    if not policy.request_city_automatically:
        table.wrong("request_city_automatically", "市への依頼はいつも自動で送ります。true だけを書けます")


def read_completion(table: Table, source: str) -> CompletionPolicy:
    """[completion] (締結完了のお知らせ)."""
    usual = CompletionPolicy()
    policy = CompletionPolicy(
        attach=table.flag("attach", usual.attach),
        attach_limit_bytes=table.count("attach_limit_bytes", usual.attach_limit_bytes, most=10**9),
        attach_at_limit=table.flag("attach_at_limit", usual.attach_at_limit),
        carrier_attach_limit_bytes=table.number("carrier_attach_limit_bytes", least=1, most=10**9),
        carrier_domains=table.texts("carrier_domains", usual.carrier_domains),
        download_link_days=table.count("download_link_days", usual.download_link_days, most=365),
        text=table.text("text"),
        mark=table.mark(source),
    )
    table.done()
    return policy


def read_mails(table: Table, source: str, city_name: str, service: str) -> MailNames:
    """[mails] (メールの件名と差出人名)."""
    office = table.text("requester_name", city_name)
    names = MailNames(
        sender_name=table.text("sender_name", service),
        requester_name=office,
        requester_organization=table.text("requester_organization", office),
        request_subject=table.text("request_subject", MailNames.request_subject),
        completion_subject=table.text("completion_subject", MailNames.completion_subject),
        resend_prefix=table.text("resend_prefix", MailNames.resend_prefix),
        mark=table.mark(source),
    )
    _check_subject(table, "request_subject", names.request_subject)
    _check_subject(table, "completion_subject", names.completion_subject)
    for name in ("sender_name", "requester_name", "requester_organization", "resend_prefix"):
        _check_one_line(table, name, getattr(names, name))
    table.done()
    return names


def _check_subject(table: Table, name: str, template: str) -> None:
    allowed = " ".join(f"{{{word}}}" for word in SUBJECT_PLACEHOLDERS)
    _check_one_line(table, name, template)
    try:
        found = [
            (field, spec, conv) for _, field, spec, conv in Formatter().parse(template) if field is not None
        ]
    except ValueError:
        table.wrong(name, f"波かっこの対応が合いません。使える差し込み: {allowed}")
        return
    for field, spec, conversion in found:
        if field not in SUBJECT_PLACEHOLDERS or spec or conversion:
            table.wrong(name, f"差し込み {{{field}}} はありません。使える差し込み: {allowed}")


def _check_one_line(table: Table, name: str, text: str) -> None:
    if "\n" in text or "\r" in text:
        table.wrong(name, "改行のない一行の文字列が要ります")
