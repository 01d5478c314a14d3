"""What proves a concluded contract: both sides' files, the public page, the command, the independent judges."""

from __future__ import annotations

import hashlib
import json
from email.message import EmailMessage
from pathlib import Path

from tests import judges
from tests.journeys.running_portal import RunningPortal, text_of
from tests.journeys.steps import office
from tests.journeys.steps.towns import Award
from tests.journeys.visitor import Visitor, link_in


def completion_mails(portal: RunningPortal, award: Award) -> list[EmailMessage]:
    """The mails that tell both sides of the conclusion."""
    addresses = (award.signer, award.town.signatory_mail)
    mails = [portal.wait_for_message(address, award.completion_subject, award.title) for address in addresses]
    assert [str(mail["Subject"]) for mail in mails] == [award.completion_subject] * 2
    return mails


def attached_files(mail: EmailMessage) -> list[bytes]:
    return [part.get_content() for part in mail.iter_attachments()]


def download_by_link(visitor: Visitor, mail: EmailMessage, to: Path) -> bytes:
    """Two presses: the link in the mail, then the button of the page. (SIGN-47)"""
    open_download(visitor, mail)
    visitor.reads("全ての手続きが完了しました", "PDF文書は下記からダウンロードしてください。")
    return visitor.download("をダウンロード", to)


def open_download(visitor: Visitor, mail: EmailMessage) -> None:
    visitor.open(link_in(text_of(mail)))


def download_from_case(visitor: Visitor, award: Award, to: Path) -> bytes:
    """The officer's copy, from the page of the case, whose SHA-256 stands beside it."""
    office.open_case(visitor, award)
    content = visitor.file_behind("契約書.pdf")
    to.write_bytes(content)
    visitor.reads(hashlib.sha256(content).hexdigest())
    return content


def verify_in_public(visitor: Visitor, pdf: Path) -> None:
    """Anybody uploads the file, without signing in."""
    visitor.open("/verify")
    visitor.upload("検証するPDF", pdf)
    visitor.press("検証する")
    visitor.reads(
        "署名は有効です",
        "署名済みであり、すべての署名が有効です。",
        "このポータルに保管されている原本と一致します",
        hashlib.sha256(pdf.read_bytes()).hexdigest(),
    )


def verify_by_command(portal: RunningPortal, pdf: Path) -> None:
    """`verify --json` ends with 0 and names two signatures."""
    done = portal.command("verify", str(pdf), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["verdict"] == "valid", verdict
    assert [s["kind"] for s in verdict["signatures"]].count("signature") == 2, verdict


def judge_independently(portal: RunningPortal, pdf: Path, folder: Path) -> None:
    """pdfsig and pyHanko's own validator: both signatures valid, nothing changed but what they permit."""
    pki = portal.instance / "keys" / "demo-pki"
    root, issuing = pki / "root.cert.pem", pki / "issuing.cert.pem"
    by_pdfsig = judges.pdfsig(pdf, judges.nss_database(folder / "nss", root, issuing))
    signatures = [finding for finding in by_pdfsig if not finding.is_timestamp]
    assert [finding.is_valid for finding in signatures] == [True, True], by_pdfsig
    assert by_pdfsig[-1].covers_whole_file, by_pdfsig
    by_pyhanko = judges.pyhanko(pdf, root)
    assert [finding.is_timestamp for finding in by_pyhanko].count(False) == 2, by_pyhanko
    assert all(finding.is_good for finding in by_pyhanko), by_pyhanko
    assert all(judges.fonts(pdf).values()), judges.fonts(pdf)
