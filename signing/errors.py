"""Refusals of the signing service: a code for programs, a Japanese sentence and a way on for people."""

from typing import Any


class SigningRefused(Exception):
    """A refusal (お断り). `facts` says what happened instead, e.g. when somebody else was first."""

    code = "refused"
    text = "この操作はできません。"
    remedy = ""

    def __init__(self, text: str | None = None, *, remedy: str | None = None, **facts: Any) -> None:
        self.text = text if text is not None else type(self).text
        self.remedy = remedy if remedy is not None else type(self).remedy
        self.facts = facts
        super().__init__(f"{self.code}: {self.text}")


class UnknownEnvelope(SigningRefused):
    code = "unknown_envelope"
    text = "封筒が見つかりません。"


class UnknownStep(SigningRefused):
    code = "unknown_step"
    text = "回覧の宛先が見つかりません。"


class AlreadySent(SigningRefused):
    code = "already_sent"
    text = "この封筒はすでに送信されています。"


class AlreadyConsented(SigningRefused):
    code = "already_consented"
    text = "すでに同意が記録されています。もう一度操作する必要はありません。"


class AlreadyDeclined(SigningRefused):
    code = "already_declined"
    text = "この書類はすでに却下されています。"
    remedy = "契約を進める場合は、送信者が新しい封筒を作成してください。"


class AlreadyForwarded(SigningRefused):
    code = "already_forwarded"
    text = "この依頼はすでに別の方へ転送されています。"


class AlreadyCancelled(SigningRefused):
    code = "already_cancelled"
    text = "この封筒は取り消されています。"


class AlreadyFinished(SigningRefused):
    code = "already_finished"
    text = "この封筒の手続きはすでに完了しています。"


class EnvelopeSuspended(SigningRefused):
    code = "suspended"
    text = "問題の報告があったため、この封筒の手続きは一時停止しています。"
    remedy = "送信者が内容を確認し、再開するまでお待ちください。"


class NotYourTurn(SigningRefused):
    code = "not_your_turn"
    text = "まだ署名の順番になっていません。"
    remedy = "前の方の手続きが終わると、依頼のメールが届きます。"


class PartySignatureNeeded(SigningRefused):
    code = "party_signature_needed"
    text = "この書類には、署名する方ご自身の証明書で署名します。同意のボタンだけでは完了しません。"
    remedy = "証明書を選び、暗証番号（PIN）と署名用パスワードを入力して署名してください。"


class SignatureInProgress(SigningRefused):
    """Another party's signature on the same documents is being made (parallel turn)."""

    code = "signature_in_progress"
    text = "同じ書類に、ほかの方の署名を付けているところです。まだ署名は行っていません。"
    remedy = "少し待ってから、もう一度お試しください。"


class DocumentMoved(SigningRefused):
    code = "document_moved"
    text = "署名の準備をしている間に、書類にほかの方の署名が付きました。まだ署名は行っていません。"
    remedy = "書類をもう一度確認してから、やり直してください。"


class DayChanged(SigningRefused):
    code = "day_changed"
    text = "署名の途中で日付が変わったため、契約締結日を書き直します。まだ署名は行っていません。"
    remedy = "もう一度、署名の操作をしてください。"


class CertificateUnusable(SigningRefused):
    """A certificate that nothing may be signed with (使えない証明書); `reason` in the facts is one word."""

    code = "certificate_unusable"
    text = "この証明書では署名できません。"


class NoHandOut(SigningRefused):
    code = "no_hand_out"
    text = "署名するデータの受渡しは行われていません。"
    remedy = "もう一度、署名するデータを受け取ってください。"


class HandOutExpired(SigningRefused):
    code = "hand_out_expired"
    text = "署名するデータの有効時間が過ぎたため、受け取れませんでした。署名は付いていません。"
    remedy = "新しい署名するデータを受け取り、時間内に署名して戻してください。"


class BadAnswer(SigningRefused):
    """What an outside signing device gave back is not a signature over what was handed out."""

    code = "bad_answer"
    text = "戻された署名値を確かめられませんでした。署名は付いていません。"
    remedy = "表示されたデータに、選んだ証明書の鍵で署名して、もう一度戻してください。"


class SignatureReturned(SigningRefused):
    """A kept signature can no longer be completed: its signer is asked again (署名のやり直し)."""

    code = "signature_returned"
    text = "署名を完成できなかったため、もう一度署名をお願いします。"


class NotViewed(SigningRefused):
    code = "not_viewed"
    text = "まだ表示していない書類があります。"
    remedy = "すべての書類を表示して内容を確認してから、同意してください。"


class NotFinished(SigningRefused):
    code = "not_finished"
    text = "この封筒はまだ完了していません。"


class NotSuspended(SigningRefused):
    code = "not_suspended"
    text = "この封筒は一時停止していません。"


class BadDraft(SigningRefused):
    code = "bad_draft"
    text = "封筒の内容に誤りがあります。"


class UploadRefused(SigningRefused):
    """A PDF that cannot be signed (受け付けられないPDF); `code` names the reason."""

    code = "upload_refused"

    def __init__(self, code: str, text: str, *, remedy: str = "", **facts: Any) -> None:
        self.code = code
        super().__init__(text, remedy=remedy, **facts)


class DamagedDocument(SigningRefused):
    """The stored file is missing or no longer hashes to its name: nothing may be sealed on it."""

    code = "damaged_document"
    text = "保管している書類が見つからないか、内容が変わっています。"
    remedy = "封印を中止しました。バックアップと照合してください。"


class SealingFailed(SigningRefused):
    """A seal could not be made now (封印の失敗); it is tried again."""

    code = "sealing_failed"
    text = "電子署名を付けられませんでした。あとで自動的にやり直します。"


class TimestampUnavailable(SealingFailed):
    code = "timestamp_unavailable"
    text = "時刻認証局から応答がありません。同意は保存されています。応答が戻り次第、自動的に完了します。"


class TimestampRejected(TimestampUnavailable):
    code = "timestamp_rejected"
    text = "時刻認証局の応答が正しくないため、使いませんでした。自動的にやり直します。"


def unforeseen(error: Exception) -> str:
    """The words for a fault that nobody thought of (想定外の不具合): it may hold up one document, never the others."""
    return f"想定していない不具合です（{type(error).__name__}: {error}）。システムの管理者にご連絡ください。"


class SetupRequired(SigningRefused):
    """A key, authority or font is not configured (設定が必要です)."""

    code = "setup_required"
    text = "電子署名の設定が足りません。"
