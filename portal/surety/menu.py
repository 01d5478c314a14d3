"""The menu of a desk (メニュー): every entry of GUAR-51, each with its page."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from guarantees.desk.orm import ApplicationKind


@dataclass(frozen=True)
class MenuEntry:
    """One entry (メニューの項目): its words, and where it leads."""

    text: str
    href: str


@dataclass(frozen=True)
class MenuGroup:
    """Entries under one heading."""

    heading: str
    entries: tuple[MenuEntry, ...]


def menu_for() -> tuple[MenuGroup, ...]:
    """The fourteen entries in the order of the desk's own page. (GUAR-51)"""

    def to(text: str, endpoint: str, **values: Any) -> MenuEntry:
        return MenuEntry(text, url_for(endpoint, **values))

    def apply(kind: ApplicationKind) -> MenuEntry:
        return to(kind.label, "desk.show_new", kind=kind.value)

    return (
        MenuGroup(
            "申込み",
            (
                apply(ApplicationKind.NEW),
                apply(ApplicationKind.ADVANCE_AFTER_CONTRACT),
                apply(ApplicationKind.INTERIM),
                to("保存中・手続き中 一覧", "desk.show_applications"),
                to(ApplicationKind.CHANGE.label, "desk.show_changeable"),
                apply(ApplicationKind.RESERVATION),
            ),
        ),
        MenuGroup(
            "資料",
            (
                to("用途内訳明細書・払出依頼書 作成", "desk.show_statements"),
                to("資料送付", "desk.show_sending"),
                to("過去の資料送付 一覧", "desk.show_papers"),
            ),
        ),
        MenuGroup(
            "保証契約",
            (
                to("前払金保証 一覧", "desk.show_guarantees", product="advance"),
                to("契約保証 一覧", "desk.show_guarantees", product="contract"),
                to("電子証書の確認はこちら", "desk.show_guarantees"),
            ),
        ),
        MenuGroup(
            "お客様情報",
            (
                to("お客様情報の追加・変更", "desk.show_profile"),
                to("パスワード変更", "accounts.show_password"),
            ),
        ),
    )
