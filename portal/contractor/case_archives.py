"""Archive of a case (書類一式) for its contractor: one zip of all its papers, the same as the city's."""

from flask import Response

from portal.acting import acting, house
from portal.audit import Tag
from portal.case_archives import archive_name, files_of_case, stream_archive
from portal.contractor import blueprint
from portal.contractor.access import my_case
from portal.file_answers import zip_answer
from portal.permissions import Permission, requires


@blueprint.get("/contractor/cases/<case_id>/archive.zip")
@requires(Permission.CONTRACTOR_CASES)
def download_archive(case_id: str) -> Response:
    """Papers of every version, attachments, receipts, concluded contracts, and an index."""
    with acting() as act:
        case = my_case(act, case_id)
        files, name = files_of_case(act, case), archive_name(case)
        act.audit(Tag.CASE_ARCHIVE_TAKEN, city=case.city, subject=("case", case.id), files=len(files))
        now = act.now
    return zip_answer(stream_archive(files, house().store, now), name)
