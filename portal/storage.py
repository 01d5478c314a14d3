"""The document store (書類の保管庫) of the app at work."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app

from portal import clock
from signing.leftovers import sweep
from signing.stores import DocumentStore, FileStore


def init_app(app: Flask) -> None:
    """Open the store under the instance folder; one that cannot be written still serves commands that only read."""
    folder = Path(app.config["INSTANCE"]) / "documents"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        app.logger.info("documents cannot be kept: %s", error)
    app.extensions["store"] = FileStore(folder)


def current_store() -> DocumentStore:
    """The document store; needs an application context."""
    store: DocumentStore = current_app.extensions["store"]
    return store


def check_store(app: Flask) -> None:
    """Raise OSError when documents could not be kept now."""
    store: FileStore = app.extensions["store"]
    if not os.access(store.root, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(f"{store.root.name}: cannot be written")
    os.statvfs(store.root)


def sweep_store(_now: datetime) -> str:
    """Remove what killed work left in the store and among the temporary files; says how much.

    Files know the real time alone: the demo's shifted clock would take what is at work for days old.
    """
    store: FileStore = current_app.extensions["store"]
    swept = sweep(store.root, Path(tempfile.gettempdir()), clock.real_now())
    if not swept.files and not swept.folders:
        return ""
    return (
        f"途中で止まった処理の残り（ファイル{swept.files}件、作業フォルダー{swept.folders}件）を消しました。"
    )
