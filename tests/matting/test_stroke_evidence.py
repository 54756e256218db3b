import numpy as np
import pytest

from bozzetto.matting.stroke_evidence import Walk, color_prior, walk

RED, BLUE = [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]


def colors(*values):
    return np.array(values, np.float32).reshape(-1, 3)


def a_walk(*, picture, is_open, settled, prior=0.5):
    """A window in which NaN in `settled` means unknown."""
    return Walk(
        picture=np.asarray(picture, np.float32),
        prior=np.full(is_open.shape, prior, np.float32),
        is_open=is_open,
        is_settled=~np.isnan(settled),
        settled=np.nan_to_num(settled).astype(np.float32),
    )


def test_the_prior_follows_the_samples():
    prior = color_prior(
        colors(RED, BLUE), of_object=colors(RED), of_background=colors(BLUE), expected=0.5
    )
    assert prior[0] > 0.999
    assert prior[1] < 0.001


@pytest.mark.parametrize("expected", [0.3, 0.5])
def test_colors_that_nobody_has_seen_tell_nothing(expected):
    green = colors([0.1, 0.9, 0.1])
    prior = color_prior(green, of_object=colors(RED), of_background=colors(BLUE), expected=expected)
    assert prior[0] == pytest.approx(expected, abs=1e-3)


def test_no_samples_of_one_side_speak_for_the_other():
    nothing = np.zeros((0, 3), np.float32)
    prior = color_prior(colors(RED), of_object=nothing, of_background=colors(RED), expected=0.5)
    assert prior[0] < 0.001


def test_the_walk_solves_its_equations():
    """Slow twin: the stationary values by thousands of averaging sweeps."""
    rng = np.random.default_rng(3)
    picture = np.full((6, 7, 3), 0.5, np.float32)
    settled = np.full((6, 7), np.nan)
    settled[0], settled[-1] = 1, 0
    is_open = np.isnan(settled) & (rng.random((6, 7)) > 0.2)
    got = walk(a_walk(picture=picture, is_open=is_open, settled=settled, prior=0.4))
    value = np.nan_to_num(settled, nan=0.4)
    for _ in range(2000):
        for y, x in zip(*np.nonzero(is_open), strict=True):
            around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
            links = [
                p for p in around if 0 <= p[1] < 7 and (is_open[p] or not np.isnan(settled[p]))
            ]
            linked = 1.0001 * sum(value[p] for p in links)
            value[y, x] = (0.25 * 0.4 + linked) / (0.25 + 1.0001 * len(links))
    np.testing.assert_allclose(got[is_open], value[is_open], atol=2e-3)


def test_an_edge_stops_what_an_even_area_lets_through():
    settled = np.full((1, 8), np.nan)
    settled[0, 0] = 1
    is_open = np.isnan(settled)
    even = np.zeros((1, 8, 3), np.float32)
    edge = even.copy()
    edge[:, 2:] = 0.7
    through = walk(a_walk(picture=even, is_open=is_open, settled=settled, prior=0.0))
    stopped = walk(a_walk(picture=edge, is_open=is_open, settled=settled, prior=0.0))
    assert stopped[0, 1] > through[0, 1]
    assert stopped[0, 2] < 0.1 * through[0, 2]


def test_windows_without_anything_settled_or_open_keep_their_prior():
    nothing = np.full((3, 3), np.nan)
    picture = np.zeros((3, 3, 3), np.float32)
    alone = walk(a_walk(picture=picture, is_open=np.ones((3, 3), bool), settled=nothing, prior=0.3))
    np.testing.assert_allclose(alone, 0.3, atol=1e-3)
    closed = walk(a_walk(picture=picture, is_open=np.zeros((3, 3), bool), settled=nothing))
    np.testing.assert_array_equal(closed, 0)
