"""Archive of a case (書類一式) for the office: one zip of all its papers, recorded."""

from portal.accounts.identity import current_principal
from portal.acting import acting, house
from portal.audit import Tag
from portal.case_archives import archive_name, files_of_case, stream_archive
from portal.file_answers import zip_answer
from portal.office import blueprint
from portal.office.access import Page, the_case
from portal.permissions import Permission, requires


@blueprint.get("/cases/<case_id>/archive.zip")
@requires(Permission.OFFICE_READ)
def download_archive(case_id: str) -> Page:
    """Papers of every version, attachments, receipts, concluded contracts, and an index.

    Key notices are in it for those who check guarantees alone, and that is written down.
    """
    with acting() as act:
        case = the_case(act, case_id)
        may_see_keys = current_principal().may(Permission.OFFICE_CHECK_GUARANTEE)
        files, name = files_of_case(act, case, with_keys=may_see_keys), archive_name(case)
        if any(file.shows_key for file in files):
            act.audit(Tag.GUARANTEE_KEY_SHOWN, city=case.city, subject=("case", case.id))
        act.audit(Tag.CASE_ARCHIVE_TAKEN, city=case.city, subject=("case", case.id), files=len(files))
        now = act.now
    return zip_answer(stream_archive(files, house().store, now), name)
