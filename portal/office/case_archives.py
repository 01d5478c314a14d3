"""Archive of a case (書類一式) for the office: one zip of all its papers, recorded."""

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
    """Papers of every version, attachments, receipts, concluded contracts, and an index."""
    with acting() as act:
        case = the_case(act, case_id)
        files, name = files_of_case(act, case), archive_name(case)
        act.audit(Tag.CASE_ARCHIVE_TAKEN, city=case.city, subject=("case", case.id), files=len(files))
        now = act.now
    return zip_answer(stream_archive(files, house().store, now), name)
