"""The schedule (定期処理の一覧): every job in one table.

A job asks the database what is due now and does it, in short units of work. Business deadlines live in our
tables and never here, so a missed, doubled or killed run costs nothing but time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.authorities import alert_all, check_all
from portal.certificate_notices import notice_all
from portal.completing import complete_all
from portal.desk_publishing import publish_waiting
from portal.filed_notices import read_filed_notices
from portal.guarantee_looking import look_due
from portal.guarantee_notices import notice_guarantees, seal_look_records
from portal.mail.sending import send_mail
from portal.preserving import preserve_all
from portal.reminding import send_reminders
from portal.storage import sweep_store
from portal.unit_of_work import current_database


@dataclass(frozen=True)
class Job:
    """One job: `run` is called with the present instant inside an app context and says in words what it did."""

    name: str
    every: timedelta
    run: Callable[[datetime], str]
    text: str


def fold_write_ahead_log(now: datetime) -> str:
    """Fold SQLite's write-ahead log into the database file; nothing to do on PostgreSQL."""
    return current_database().checkpoint()


JOBS: tuple[Job, ...] = (
    Job(
        "complete_signing",
        timedelta(seconds=1),
        complete_all,
        "同意された書類に署名し、次の方へ依頼し、締結する",
    ),
    Job(
        "read_notices",
        timedelta(seconds=5),
        read_filed_notices,
        "提出書類の「認証キーのお知らせ」を読み取り、保証の提出として受け付ける",
    ),
    Job("remind", timedelta(seconds=20), send_reminders, "期限の前と後のお知らせを送信箱に入れる"),
    Job(
        "check_authorities",
        timedelta(minutes=1),
        check_all,
        "時刻認証局・失効情報・署名鍵が使えるかを確かめる",
    ),
    Job("alert_completions", timedelta(minutes=1), alert_all, "完了処理の遅れと復旧を職員に知らせる"),
    Job(
        "notice_certificates",
        timedelta(hours=1),
        notice_all,
        "電子証明書の期限が近いことを知らせる",
    ),
    Job(
        "look_up_guarantees",
        timedelta(seconds=30),
        look_due,
        "未確認の保証を照会し、有効な保証を毎日一度照会し直す",
    ),
    Job(
        "seal_look_records",
        timedelta(seconds=30),
        seal_look_records,
        "保証の照会記録に電子署名とタイムスタンプを付ける",
    ),
    Job(
        "notice_guarantees",
        timedelta(hours=1),
        notice_guarantees,
        "保証の未提出と期間の終わりを知らせる",
    ),
    Job(
        "publish_guarantees",
        timedelta(seconds=20),
        publish_waiting,
        "保証会社の窓口で発行した電子証書を、保証確認サービスに登録する",
    ),
    Job("send_mail", timedelta(seconds=2), send_mail, "送信箱のメールを送る"),
    Job(
        "preserve",
        timedelta(minutes=10),
        preserve_all,
        "保管している文書を点検し、保存用タイムスタンプを更新する",
    ),
    Job("sweep_store", timedelta(hours=6), sweep_store, "途中で止まった処理が残した一時ファイルを消す"),
    Job(
        "checkpoint", timedelta(minutes=1), fold_write_ahead_log, "データベースの書き込みログを本体にまとめる"
    ),
)


def job_named(name: str) -> Job:
    """The job of that name; KeyError names the ones there are."""
    jobs = {job.name: job for job in JOBS}
    if name not in jobs:
        raise KeyError(f"{name}: no such job; there are {', '.join(jobs)}")
    return jobs[name]
