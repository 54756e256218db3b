import numpy as np
import pytest

from bozzetto.qa.sheet_layout import (
    CAPTION_PX,
    CARD,
    GAP_PX,
    MARGIN_PX,
    PAGE,
    Cell,
    LegendEntry,
    TextBlock,
    compose_page,
    fit_picture,
)


def plain(color, *, height=10, width=10, alpha=None):
    """A picture of one colour."""
    channels = [*color] if alpha is None else [*color, alpha]
    return np.full((height, width, len(channels)), channels, np.uint8)


def first_cell(page, *, cell_px):
    """The pixels of the top left cell."""
    top = MARGIN_PX + 76
    return page[top : top + cell_px, MARGIN_PX : MARGIN_PX + cell_px]


@pytest.mark.parametrize("columns", [1, 3])
def test_the_page_is_as_large_as_its_cells_and_gaps(columns):
    row = [Cell(picture=plain((9, 9, 9)), caption="x")] * columns
    page = compose_page(title="T", subtitle="", rows=[row, row[:1]], cell_px=50)
    assert page.shape[1] == 2 * MARGIN_PX + columns * 50 + (columns - 1) * GAP_PX
    assert (page[:, 0] == PAGE).all()


def test_a_square_picture_fills_its_cell():
    page = compose_page(
        title="", subtitle="", rows=[[Cell(picture=plain((200, 0, 0)), caption="")]], cell_px=40
    )
    assert (first_cell(page, cell_px=40) == (200, 0, 0)).all()


def test_a_wide_picture_is_centred_whole():
    fitted = fit_picture(plain((200, 0, 0), height=10, width=20), side_px=40)
    assert (fitted[10:30] == (200, 0, 0)).all()
    assert (fitted[:10] == CARD).all()
    assert (fitted[30:] == CARD).all()


def test_alpha_shows_the_card():
    assert (fit_picture(plain((9, 9, 9), alpha=0), side_px=10) == CARD).all()
    half = fit_picture(plain((0, 0, 0), alpha=128), side_px=10)
    assert np.abs(half.astype(int) - np.array(CARD) / 2).max() <= 1


def test_captions_notes_and_legends_are_drawn_under_the_picture():
    empty = Cell(picture=plain(CARD), caption="")
    variants = [
        Cell(picture=plain(CARD), caption="Caption"),
        Cell(picture=plain(CARD), caption="", note="note"),
        Cell(picture=plain(CARD), caption="", legend=(LegendEntry(label="l", color=(1, 200, 3)),)),
    ]
    for cell in variants:
        page = compose_page(title="", subtitle="", rows=[[cell]], cell_px=100)
        bare = compose_page(title="", subtitle="", rows=[[empty]], cell_px=100)
        rows = np.flatnonzero((page != bare).any(axis=(1, 2)))
        foot = MARGIN_PX + 76 + 100
        assert foot < rows.min() < rows.max() < foot + CAPTION_PX
    assert (page == (1, 200, 3)).all(axis=2).any()


def test_text_stays_within_its_cell():
    block = TextBlock(heading="round", figure="86", lines=("a rather long reason to read",) * 40)
    page = compose_page(title="", subtitle="", rows=[[block, block]], cell_px=200)
    gap = page[:, MARGIN_PX + 200 : MARGIN_PX + 200 + GAP_PX]
    assert (gap == PAGE).all()
    assert (page[-MARGIN_PX:] == PAGE).all()
