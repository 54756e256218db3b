import pytest

from bozzetto.errors import ProjectError
from bozzetto.pipeline.approval import (
    DraftEntry,
    DraftList,
    approval_of,
    check_approved,
    current_approval,
    find_entry,
    read_drafts,
    record_approval,
    write_drafts,
)
from bozzetto.pipeline.options import DraftOptions, MaskOptions
from bozzetto.pipeline.project import create_project
from tests.pipeline.test_codecs import a_draft


def an_entry(key="abcdef123456", variant="elliptic"):
    return DraftEntry(
        key=key,
        model=f"drafts/1-{variant}.glb",
        variant=variant,
        seed=0,
        score=0.5,
        reasons=a_draft().reasons,
    )


def a_list(*entries):
    return DraftList(drafts=entries, masks=("m",), mask=MaskOptions(), draft=DraftOptions())


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


def test_the_draft_that_was_approved_passes_and_another_does_not():
    approval = approval_of(a_draft(), key="k", approved_by="ada")
    check_approved(a_draft(), approval)
    with pytest.raises(ProjectError, match="changed since"):
        check_approved(a_draft(shift=0.01), approval)


def test_approving_again_keeps_the_first_record(tmp_path):
    project = create_project(tmp_path / "project")
    first = approval_of(a_draft(), key="k", approved_by="ada")
    record_approval(project, first)
    record_approval(project, approval_of(a_draft(), key="k", approved_by="bob"))
    assert current_approval(project) == first
    record_approval(project, approval_of(a_draft(), key="other", approved_by="bob"))
    assert current_approval(project).approved_by == "bob"


def test_the_list_of_drafts_survives_the_disk(tmp_path):
    project = create_project(tmp_path / "project")
    drafts = a_list(an_entry(), an_entry(variant="slab"))
    write_drafts(project, drafts)
    assert read_drafts(project) == drafts


def test_a_project_without_drafts_says_so(tmp_path):
    with pytest.raises(ProjectError, match="no drafts yet"):
        read_drafts(create_project(tmp_path / "project"))
