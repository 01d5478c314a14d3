"""Lines of a check about who and what (突合の各行): product, history, number, names. (GUAR-75)"""

from guarantees.check_facts import CheckLine, Facts
from guarantees.issuers import issuers_of_number
from guarantees.names import (
    Comparison,
    Likeness,
    best,
    compare_companies,
    compare_contractors,
    compare_orderers,
    compare_works,
)
from procurement.wareki import JST, format_wareki


def product(at: Facts) -> CheckLine:
    """The product (保証の種類) secures this obligation and no other."""
    line = at.about(
        "product",
        "保証の種類",
        told=at.told.product or "",
        found=at.found.product.label,
        needed=at.need.obligation.label,
    )
    if at.found.product.value != at.need.obligation.value:
        return line.mismatch(f"{at.need.obligation.label}が要りますが、証書は{at.found.product.label}です。")
    if at.told.product_kind not in (None, at.found.product):
        return line.look("お知らせの区分と証書の保証の種類が違います。")
    return line.match("保証の種類が合っています。")


def cancelled(at: Facts) -> CheckLine:
    """The guarantee contract still stands (解約されていない)."""
    is_cancelled = at.certificate.is_cancelled
    line = at.about("cancelled", "解約", found="解約" if is_cancelled else "有効")
    if is_cancelled:
        on = format_wareki(at.certificate.entries[-1].arrived_at.astimezone(JST).date())
        return line.mismatch(f"この保証契約は解約されています（{on}）。")
    return line.match("解約されていません。")


def changed(at: Facts) -> CheckLine:
    """Nothing changed since the city was told, or since an officer accepted what stood there."""
    need, found = at.need, at.found
    count = len(at.certificate.entries) - 1
    line = at.about("changed", "その後の変更", found=f"変更{count}回" if count else "新規")
    if need.accepted_sha256 == found.sha256:
        return line.match("受理した内容から変わっていません。")
    if need.accepted_sha256 is not None:
        return line.look(
            "受理した後に、証書の内容が変更されています。変更後の内容で足りるかをご確認ください。"
        )
    told_at = need.told_at
    if told_at is not None and any(entry.arrived_at > told_at for entry in at.certificate.entries[1:]):
        return line.look("提出された後に、証書の内容が変更されています。変更後の内容をご確認ください。")
    return line.match("提出された後の変更はありません。")


def number(at: Facts) -> CheckLine:
    """The certificate that was found carries the number that was told (保証契約番号)."""
    told, found = at.told.guarantee_contract_number, at.certificate.guarantee_contract_number
    line = at.about("number", "保証契約番号", told=told or "", found=found)
    if told is not None and told != found:
        return line.mismatch("お知らせの番号と、見つかった証書の番号が違います。")
    return line.match("番号が合っています。")


def issuer(at: Facts) -> CheckLine:
    """The company of the notice is the one that issued the certificate (保証機関)."""
    name, told = at.issuer.name if at.issuer else at.certificate.issuer, at.told.issuer
    line = at.about("issuer", "保証機関", told=told or "", found=name)
    if told and compare_companies(told, name).likeness is Likeness.DIFFERENT:
        return line.mismatch("お知らせの保証機関と、証書を発行した会社が違います。")
    known = issuers_of_number(at.certificate.guarantee_contract_number)
    if at.certificate.issuer not in {company.code for company in known}:
        return line.look("番号の形が、証書を発行した会社のものと合いません。")
    return line.match("保証機関が合っています。")


def contractor(at: Facts) -> CheckLine:
    """The principal is the contractor (受注者); of a joint venture its lead member with the venture's name."""
    found, venture = at.found.contractor, at.found.joint_venture
    how = best(compare_contractors(found, venture, name) for name in at.need.contractor_names)
    told = best(compare_companies(at.told.contractor or "", name) for name in (found, venture) if name)
    shown = f"{found}（{venture}）" if venture else found
    return _named(at, "contractor", "受注者", at.told.contractor, shown, at.need.contractor_names, how, told)


def orderer(at: Facts) -> CheckLine:
    """The city is who is guaranteed (発注者・被保証者)."""
    how = best(compare_orderers(at.found.orderer, name) for name in at.need.orderer_names)
    told = compare_orderers(at.told.orderer or "", at.found.orderer)
    needed = at.need.orderer_names
    return _named(at, "orderer", "発注者", at.told.orderer, at.found.orderer, needed, how, told)


def work_name(at: Facts) -> CheckLine:
    """The work is the one of the contract (工事名・業務名)."""
    how = compare_works(at.found.work_name, at.need.work_name)
    told = compare_works(at.told.work_name or "", at.found.work_name)
    label, needed = "工事名・業務名", (at.need.work_name,)
    return _named(at, "work_name", label, at.told.work_name, at.found.work_name, needed, how, told)


def _named(
    at: Facts,
    code: str,
    label: str,
    told: str | None,
    found: str,
    needed: tuple[str, ...],
    how: Comparison,
    told_how: Comparison,
) -> CheckLine:
    line = at.about(code, label, told=told or "", found=found, needed="、".join(needed))
    because = f"{how.because}。" if how.because else ""
    if how.likeness is Likeness.DIFFERENT:
        return line.mismatch(f"{label}が契約と違います。{because}")
    if how.likeness is Likeness.ALIKE:
        return line.look(f"{label}の書き方が契約と違います。{because}同じものかどうかをご確認ください。")
    if told and told_how.likeness is not Likeness.SAME:
        return line.look(f"証書の{label}は契約と合いますが、お知らせに書かれた{label}と違います。")
    return line.match(f"{label}が合っています。")
