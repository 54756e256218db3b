import pytest

from bozzetto.errors import ProjectError
from bozzetto.pipeline.approval import (
    DraftEntry,
    DraftList,
    approve_entry,
    approved_draft,
    find_entry,
    read_drafts,
    write_drafts,
)
from bozzetto.pipeline.options import DraftOptions, MaskOptions
from bozzetto.pipeline.records import write_draft
from bozzetto.pipeline.store import create_project
from tests.pipeline.test_records import a_draft


def an_entry(key="abcdef123456", variant="elliptic", folder="drafts/one"):
    return DraftEntry(
        key=key, folder=folder, variant=variant, seed=0, score=0.5, reasons=a_draft().reasons
    )


def a_list(*entries):
    return DraftList(drafts=entries, masks=("m",), mask=MaskOptions(), draft=DraftOptions())


def a_project_with_a_draft(tmp_path):
    project = create_project(tmp_path / "project")
    folder = project.path("drafts", "one")
    folder.mkdir(parents=True)
    write_draft(a_draft(), folder)
    return project


@pytest.mark.parametrize("choice", ["2", "slab", "fedc"])
def test_a_draft_is_found_by_rank_name_or_key(choice):
    slab = an_entry(key="fedcba", variant="slab")
    assert find_entry(a_list(an_entry(), slab), choice) is slab


@pytest.mark.parametrize("choice", ["0", "3", "square", "", "-1", "abc"])
def test_an_unknown_draft_is_refused_with_the_known_ones(choice):
    with pytest.raises(ProjectError, match=r"1 \(elliptic\)"):
        find_entry(a_list(an_entry()), choice)


def test_a_name_that_two_drafts_share_is_refused():
    with pytest.raises(ProjectError, match="More than one"):
        find_entry(a_list(an_entry(key="aaaa1"), an_entry(key="bbbb1")), "elliptic")


def test_the_approved_draft_is_the_one_that_comes_back(tmp_path):
    project = a_project_with_a_draft(tmp_path)
    approve_entry(project, an_entry(), approved_by="ada")
    approval, draft = approved_draft(project)
    assert (approval.approved_by, draft.variant) == ("ada", "elliptic")


def test_refine_is_refused_before_approval(tmp_path):
    with pytest.raises(ProjectError, match="has been approved"):
        approved_draft(a_project_with_a_draft(tmp_path))


def test_a_draft_that_changed_after_approval_is_refused(tmp_path):
    project = a_project_with_a_draft(tmp_path)
    approve_entry(project, an_entry(), approved_by="ada")
    write_draft(a_draft(shift=0.01), project.path("drafts", "one"))
    with pytest.raises(ProjectError, match="changed since"):
        approved_draft(project)


def test_approving_again_keeps_the_first_record(tmp_path):
    project = a_project_with_a_draft(tmp_path)
    first = approve_entry(project, an_entry(), approved_by="ada")
    assert approve_entry(project, an_entry(), approved_by="bob") == first


def test_the_list_of_drafts_survives_the_disk(tmp_path):
    project = create_project(tmp_path / "project")
    drafts = a_list(an_entry(), an_entry(variant="slab"))
    write_drafts(project, drafts)
    assert read_drafts(project) == drafts


def test_a_project_without_drafts_says_so(tmp_path):
    with pytest.raises(ProjectError, match="no drafts yet"):
        read_drafts(create_project(tmp_path / "project"))
