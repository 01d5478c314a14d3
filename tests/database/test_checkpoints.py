"""Checkpoints beside writers: folding the write-ahead log holds nobody up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from portal.database import Database


def test_checkpoints_and_writers_in_many_threads_never_wait_for_each_other_in_a_circle(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'busy.sqlite'}")
    with database.migrating() as connection:
        connection.execute(text("CREATE TABLE marks (n INTEGER)"))

    def write(number: int) -> None:
        with database.writers() as session:
            session.execute(text("INSERT INTO marks VALUES (:n)"), {"n": number})
            session.commit()

    with ThreadPoolExecutor(max_workers=6) as pool:
        work = [pool.submit(database.checkpoint if n % 3 == 0 else lambda n=n: write(n)) for n in range(90)]
        for item in work:
            item.result()  # a circle ends in the pool's time-out, which is raised here
    with database.readers() as session:
        assert session.scalar(text("SELECT count(*) FROM marks")) == 60
    database.dispose()
