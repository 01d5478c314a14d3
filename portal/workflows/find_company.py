"""Find the company (落札者の特定) of an award: by its numbers, never by name alone; else register it."""

from dataclasses import dataclass

from sqlalchemy import select

from forms.texts import searchable
from portal.workflows.act import Act, refuse_bad_address
from portal.workflows.texts import fitting_line
from procurement.errors import RuleViolation
from procurement.parties import Company, CompanyRegistration

FILLED_IN = ("mail_address", "address", "representative_title", "representative_name", "phone")
"""What an award may add to a company that is known without it; it never overwrites anything."""

OLD_LETTERS = str.maketrans("髙﨑邊邉濵濱齋齊廣櫻澤惠眞國會德槇瀨", "高崎辺辺浜浜斎斉広桜沢恵真国会徳槙瀬")
"""Letters of names that one system can write and another cannot."""


@dataclass(frozen=True)
class NewCompany:
    """The company an award names; found again by its register number or corporate number, never by name alone."""

    name: str
    mail_address: str
    address: str = ""
    representative_title: str = ""
    representative_name: str = ""
    phone: str = ""
    registration_number: str = ""
    corporate_number: str = ""


def check_company(act: Act, city: str, new: NewCompany) -> None:
    """Refuse a company whose texts do not fit, whose address takes no mail, or whose number is another's."""
    _check_texts(new)
    if not new.name.strip():
        raise RuleViolation(
            "company_missing", "落札者の名称が入力されていません。", remedy="落札者の名称を入力します。"
        )
    if new.mail_address:
        refuse_bad_address(new.mail_address)
    for number, known in (
        (new.registration_number, _registered_company(act, city, new)),
        (new.corporate_number, _company_by_corporate_number(act, new)),
    ):
        if known is not None and not same_name(known.name, new.name):
            raise RuleViolation(
                "company_number_of_another",
                f"業者番号・法人番号「{number}」は「{known.name}」として登録されています。「{new.name}」と一致しません。",
                remedy="番号と落札者の名称をご確認ください。お知らせが別の会社に届くのを防ぐため、登録していません。",
            )


def find_or_register_company(act: Act, city: str, new: NewCompany) -> Company:
    """The company by the city's register number, then by corporate number; else a new one. Never by name alone."""
    company = _registered_company(act, city, new) or _company_by_corporate_number(act, new)
    if company is None:
        company = Company(
            name=new.name.strip(),
            corporate_number=new.corporate_number or None,
            registered_at=act.now,
        )
        act.session.add(company)
    _fill_in(company, new)
    act.session.flush()
    if new.registration_number and not _registered_company(act, city, new):
        act.session.add(
            CompanyRegistration(
                city=city,
                registration_number=new.registration_number,
                company_id=company.id,
                representative_title=new.representative_title,
                representative_name=new.representative_name,
                mail_address=new.mail_address,
            )
        )
        act.session.flush()
    return company


def _fill_in(company: Company, new: NewCompany) -> None:
    for name in FILLED_IN:
        if not getattr(company, name):
            setattr(company, name, getattr(new, name).strip())


def _registered_company(act: Act, city: str, new: NewCompany) -> Company | None:
    if not new.registration_number:
        return None
    return act.session.scalar(
        select(Company)
        .join(CompanyRegistration)
        .where(
            CompanyRegistration.city == city,
            CompanyRegistration.registration_number == new.registration_number,
        )
    )


def _company_by_corporate_number(act: Act, new: NewCompany) -> Company | None:
    if not new.corporate_number:
        return None
    return act.session.scalar(select(Company).where(Company.corporate_number == new.corporate_number))


def same_name(known: str, written: str) -> bool:
    """The same company, whether or not one of the two names its branch (支店), and in whichever old letters."""
    one, other = (searchable(name).translate(OLD_LETTERS) for name in (known, written))
    return one in other or other in one


def _check_texts(new: NewCompany) -> None:
    for text, column, what, limit in (
        (new.name, Company.name, "落札者の名称", 100),
        (new.address, Company.address, "落札者の住所", 200),
        (new.representative_title, Company.representative_title, "代表者の職名", 40),
        (new.representative_name, Company.representative_name, "代表者の氏名", 59),
        (new.phone, Company.phone, "電話番号", None),
        (new.mail_address, Company.mail_address, "メールアドレス", None),
        (new.registration_number, CompanyRegistration.registration_number, "業者番号", None),
        (new.corporate_number, Company.corporate_number, "法人番号", None),
    ):  # the limits are those of the cities' forms, where the contractor finds these texts again
        fitting_line(text, column, what, limit=limit)
