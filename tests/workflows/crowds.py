"""Several people at the same moment, in threads of their own."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from portal.acting import acting
from portal.unit_of_work import current_database
from portal.workflows.act import Act
from tests.workflows.town import OFFICER, Town


def at_once(town: Town, *acts: Callable[[Act], object]) -> list[BaseException | None]:
    """Several people act at the same time; what each was told (None: it worked).

    On PostgreSQL everybody has loaded the case before anybody acts; SQLite lets one in after the other.
    """
    people = 1 if current_database().is_sqlite else len(acts)
    gate = threading.Barrier(people, timeout=10)

    def play(do: Callable[[Act], object]) -> None:
        with acting(OFFICER) as act:
            _read_everything(town, act)
            gate.wait()
            do(act)

    return together(town, *[partial(play, do) for do in acts])


def together(town: Town, *plays: Callable[[], object]) -> list[BaseException | None]:
    """Several threads at the same time; what each ended with."""
    told: list[BaseException | None] = [None] * len(plays)

    def run(place: int, play: Callable[[], object]) -> None:
        try:
            with town.app.app_context():
                play()
        except Exception as error:
            told[place] = error

    threads = [threading.Thread(target=run, args=item) for item in enumerate(plays)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _read_everything(town: Town, act: Act) -> Sequence[object]:
    """What a page has read before it calls a workflow: from then on it may be stale."""
    if not town.case_id:
        return []
    case = town.case(act)
    filings = [(filing.versions, filing.messages) for filing in case.filings]
    return [filings, [contract.documents for contract in case.contracts], case.deadlines, case.award]
