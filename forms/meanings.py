"""What fields are about (欄の意味), and facts of a case on which they may depend: the words of form files."""

from procurement.words import Worded


class Meaning(Worded):
    """What a field is about, so that the portal can fill it in beforehand and use what was filled in."""

    APPLIED_ON = "applied_on", "提出日"
    COMPANY_ADDRESS = "company.address", "事業者の住所"
    COMPANY_NAME = "company.name", "事業者の名称"
    COMPANY_REPRESENTATIVE = "company.representative", "事業者の代表者"
    CASE_NUMBER = "case.number", "案件番号"
    CASE_TITLE = "case.title", "件名"
    CASE_PLACE = "case.place", "履行場所"
    CONTRACT_NUMBER = "contract.number", "契約番号"
    CONTRACT_PRICE = "contract.price", "請負代金額（税込）"
    CONTRACT_TAX = "contract.tax", "うち消費税等の額"
    CONTRACT_ON = "contract.on", "契約締結日"
    PERIOD_STARTS_ON = "period.starts_on", "工期の始まり"
    PERIOD_ENDS_ON = "period.ends_on", "工期の終わり"
    SITE_AGENT_NAME = "site_agent.name", "現場代理人の氏名"
    CHIEF_ENGINEER_NAME = "chief_engineer.name", "主任技術者の氏名"
    SUPERVISING_ENGINEER_NAME = "supervising_engineer.name", "監理技術者の氏名"
    CHECKING_ENGINEER_NAME = "checking_engineer.name", "照査技術者の氏名"
    FULL_TIME = "full_time", "技術者の専任"
    WORK_KIND = "work.kind", "工事の種類"
    INTERIM_OR_PARTIAL = "interim_or_partial", "中間前払金か部分払か"
    ADVANCE_AMOUNT = "advance.amount", "前払金の額"
    GUARANTEE_NUMBER = "guarantee.number", "保証契約番号"
    BANK_NAME = "bank.name", "振込先の金融機関"
    BANK_BRANCH = "bank.branch", "振込先の支店"
    BANK_ACCOUNT_KIND = "bank.account_kind", "預金の種類"
    BANK_ACCOUNT_NUMBER = "bank.account_number", "口座番号"
    BANK_ACCOUNT_HOLDER = "bank.account_holder", "口座名義"
    SIGNATORY_COMPANY = "signatory.company", "契約締結権限者の会社"
    SIGNATORY_TITLE = "signatory.title", "契約締結権限者の役職"
    SIGNATORY_NAME = "signatory.name", "契約締結権限者の氏名"
    SIGNATORY_EMAIL = "signatory.email", "契約締結権限者のメールアドレス"
    CLERK1_NAME = "clerk1.name", "契約担当者1の氏名"
    CLERK1_EMAIL = "clerk1.email", "契約担当者1のメールアドレス"
    CLERK2_NAME = "clerk2.name", "契約担当者2の氏名"
    CLERK2_EMAIL = "clerk2.email", "契約担当者2のメールアドレス"
    CLERK3_NAME = "clerk3.name", "契約担当者3の氏名"
    CLERK3_EMAIL = "clerk3.email", "契約担当者3のメールアドレス"
    CONTACT_DEPARTMENT = "contact.department", "連絡先の部署"
    CONTACT_TITLE = "contact.title", "連絡先の役職"
    CONTACT_NAME = "contact.name", "連絡先の氏名"
    CONTACT_PHONE = "contact.phone", "連絡先の電話番号"
    CONTACT_EMAIL = "contact.email", "連絡先のメールアドレス"
    AUTHORITY_DECLARED = "authority_declared", "権限の確認"
    DELEGATION = "delegation", "本人か代理か"
    DELEGATOR_TITLE = "delegator.title", "委任した人の役職"
    DELEGATOR_NAME = "delegator.name", "委任した人の氏名"
    GUARANTEE_METHOD = "guarantee_method", "契約保証の方法"
    GUARANTEE_METHOD_OTHER = "guarantee_method_other", "その他の契約保証の方法"


class CaseFlag(Worded):
    """A fact of the case (案件の事実) on which a field may depend."""

    CONTRACT_GUARANTEE_REQUIRED = "contract_guarantee_required", "契約保証を要する"
    REGISTERED_BIDDER = "registered_bidder", "競争入札参加資格の登録業者"


class Reading(Worded):
    """What the portal reads out of a file (読み取り) once it was handed in."""

    KEY_NOTICE = "authentication_key_notice", "認証キーのお知らせ"
