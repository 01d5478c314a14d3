"""Lines of a check about who and what (突合の各行): product, history, number, names. (GUAR-75)"""

from guarantees.check_facts import CheckLine, Facts, Result
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

RESULTS = {Likeness.SAME: Result.MATCH, Likeness.ALIKE: Result.LOOK, Likeness.DIFFERENT: Result.MISMATCH}


def product(at: Facts) -> CheckLine:
    """The product (保証の種類) secures this obligation and no other."""
    seen = {
        "told": at.told.product or "",
        "found": at.found.product.label,
        "needed": at.need.obligation.label,
    }
    if at.found.product.value != at.need.obligation.value:
        words = f"{at.need.obligation.label}が要りますが、証書は{at.found.product.label}です。"
        return at.line("product", "保証の種類", Result.MISMATCH, words, **seen)
    if at.told.product_kind not in (None, at.found.product):
        words = "お知らせの区分と証書の保証の種類が違います。"
        return at.line("product", "保証の種類", Result.LOOK, words, **seen)
    return at.line("product", "保証の種類", Result.MATCH, "保証の種類が合っています。", **seen)


def cancelled(at: Facts) -> CheckLine:
    """The guarantee contract still stands (解約されていない)."""
    if at.certificate.is_cancelled:
        on = format_wareki(at.certificate.entries[-1].arrived_at.astimezone(JST).date())
        words = f"この保証契約は解約されています（{on}）。"
        return at.line("cancelled", "解約", Result.MISMATCH, words, found="解約")
    return at.line("cancelled", "解約", Result.MATCH, "解約されていません。", found="有効")


def changed(at: Facts) -> CheckLine:
    """Nothing changed since the city was told, or since an officer accepted what stood there."""
    need, found = at.need, at.found
    count = len(at.certificate.entries) - 1
    seen = {"found": f"変更{count}回" if count else "新規"}
    if need.accepted_sha256 == found.sha256:
        return at.line("changed", "その後の変更", Result.MATCH, "受理した内容から変わっていません。", **seen)
    since = [
        e for e in at.certificate.entries[1:] if need.told_at is not None and e.arrived_at > need.told_at
    ]
    if need.accepted_sha256 is not None:
        words = "受理した後に、証書の内容が変更されています。変更後の内容で足りるかをご確認ください。"
        return at.line("changed", "その後の変更", Result.LOOK, words, **seen)
    if since:
        words = "提出された後に、証書の内容が変更されています。変更後の内容をご確認ください。"
        return at.line("changed", "その後の変更", Result.LOOK, words, **seen)
    return at.line("changed", "その後の変更", Result.MATCH, "提出された後の変更はありません。", **seen)


def number(at: Facts) -> CheckLine:
    """The certificate that was found carries the number that was told (保証契約番号)."""
    told, found = at.told.guarantee_contract_number, at.certificate.guarantee_contract_number
    seen = {"told": told or "", "found": found}
    if told is not None and told != found:
        words = "お知らせの番号と、見つかった証書の番号が違います。"
        return at.line("number", "保証契約番号", Result.MISMATCH, words, **seen)
    return at.line("number", "保証契約番号", Result.MATCH, "番号が合っています。", **seen)


def issuer(at: Facts) -> CheckLine:
    """The company of the notice is the one that issued the certificate (保証機関)."""
    name, told = at.issuer_name, at.told.issuer
    seen = {"told": told or "", "found": name}
    if told and compare_companies(told, name).likeness is Likeness.DIFFERENT:
        words = "お知らせの保証機関と、証書を発行した会社が違います。"
        return at.line("issuer", "保証機関", Result.MISMATCH, words, **seen)
    known = issuers_of_number(at.certificate.guarantee_contract_number)
    if at.certificate.issuer not in {company.code for company in known}:
        words = "番号の形が、証書を発行した会社のものと合いません。"
        return at.line("issuer", "保証機関", Result.LOOK, words, **seen)
    return at.line("issuer", "保証機関", Result.MATCH, "保証機関が合っています。", **seen)


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
    return _named(
        at, "orderer", "発注者", at.told.orderer, at.found.orderer, at.need.orderer_names, how, told
    )


def work_name(at: Facts) -> CheckLine:
    """The work is the one of the contract (工事名・業務名)."""
    how = compare_works(at.found.work_name, at.need.work_name)
    told = compare_works(at.told.work_name or "", at.found.work_name)
    return _named(
        at,
        "work_name",
        "工事名・業務名",
        at.told.work_name,
        at.found.work_name,
        (at.need.work_name,),
        how,
        told,
    )


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
    seen = {"told": told or "", "found": found, "needed": "、".join(needed)}
    result = RESULTS[how.likeness]
    if result is Result.MATCH and told and told_how.likeness is not Likeness.SAME:
        words = f"証書の{label}は契約と合いますが、お知らせに書かれた{label}と違います。"
        return at.line(code, label, Result.LOOK, words, **seen)
    because = f"{how.because}。" if how.because else ""
    words = {
        Result.MATCH: f"{label}が合っています。",
        Result.LOOK: f"{label}の書き方が契約と違います。{because}同じものかどうかをご確認ください。",
        Result.MISMATCH: f"{label}が契約と違います。{because}",
    }[result]
    return at.line(code, label, result, words, **seen)
