"""Why an upload is refused (アップロードの拒否), each with what to do instead."""

from procurement.errors import RuleViolation

RESAVE = "元の書類を「PDFとして保存」し直し、そのPDFをアップロードしてください。"
REFUSALS = {
    "empty": ("は空（0バイト）です。", "ファイルの中身を確かめ、選び直してください。"),
    "damaged": ("はPDFとして開けません。壊れているか、PDFではありません。", RESAVE),
    "no_pages": ("にはページがありません。", RESAVE),
    "encrypted": ("はパスワードや権限で保護されています。", "保護を解除したPDFをアップロードしてください。"),
    "script": ("にはスクリプト（自動で動くプログラム）が含まれています。", RESAVE),
    "launch": ("には他のプログラムを起動する指示が含まれています。", RESAVE),
    "xfa": (
        "にはXFA形式のフォームが含まれています。",
        "印刷機能で「PDFに保存」したものをアップロードしてください。",
    ),
    "signed": (
        "にはすでに電子署名が付いています。ここで加工すると、その署名が壊れます。",
        "電子署名の付いていないPDFをアップロードしてください。",
    ),
    "too_heavy": (
        "は中身が大きすぎるか複雑すぎるため、確認できません。",
        "書類を分け、画像の解像度を下げて保存し直してください。",
    ),
}
OFFICE_REFUSALS = {
    "bomb": (
        "は、展開すると極端に大きくなるファイルです。受け付けられません。",
        "PDFとして保存し直してください。",
    ),
    "macro": (
        "にはマクロやプログラムが含まれています。受け付けられません。",
        "マクロを含まない形式（xlsx、docx）又はPDFで保存し直してください。",
    ),
    "locked": ("はパスワードで保護されています。", "パスワードを外して保存し直してください。"),
    "damaged": (
        "は壊れているため、開けません。送信や保存が途中で切れたことがあります。",
        "元のファイルを開いて確かめ、保存し直してからアップロードしてください。",
    ),
}
PICTURE_DAMAGED = (
    "は画像として最後まで開けません。送信や保存が途中で切れたことがあります。",
    "画像を開いて確かめ、保存し直してください。",
)
HEIF = (
    "は、スマートフォンのHEIC形式の写真です。このままでは受け付けられません。",
    "iPhoneでは「設定」→「カメラ」→「フォーマット」を「互換性優先」にして撮り直すと、JPEG形式になります。"
    "撮影済みの写真は、JPEG形式かPDFで保存し直してください。",
)
OLD_OFFICE = (
    "は古い形式か、パスワード付きのファイルです。",
    "パスワードを外し、xlsx、docx又はPDFで保存し直してください。",
)


def refused(code: str, shown: str, words: tuple[str, str]) -> RuleViolation:
    """The refusal of a file under its name as it is shown."""
    reason, remedy = words
    return RuleViolation(f"upload.{code}", f"「{shown}」{reason}", remedy=remedy)


def too_large(shown: str, size: int, most: int) -> RuleViolation:
    """A file of more bytes than may be."""
    text = f"は{size / 1024 / 1024:.1f}MBあります。1ファイル{most / 1024 / 1024:g}MBまでです。"
    return refused("too_large", shown, (text, "画像の解像度を下げるか、書類を分けてください。"))
