"""Our codec against meshoptimizer 1.3.0: each vector was made by its own encoder and decoder."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bozzetto.formats.gltf.meshopt_decoding import (
    Filter,
    Mode,
    ViewLayout,
    decode_triangles,
    decode_vertices,
    decode_view,
)
from bozzetto.formats.gltf.meshopt_encoding import (
    encode_triangles,
    encode_vertices,
    octahedral8,
    small_quaternions,
)

TABLE = np.array([[i * 7 % 256, 200 if i == 9 else 3, i * i % 256, 0] for i in range(20)], np.uint8)
VERSION_0 = (
    "a00a0eeeeeeeeeeeeeeeeeee0000000000000100003c007576070002060a0e12161a1e22262a2e32363aff0000003e"
    "42464a000000000000000000000000000000000000000000000000000000000000030000"
)
VERSION_1 = (
    "a1b1020eeeeeeeeeeeeeee0f000e0e0e0e01000675760002060a0e12161a1e22262a2e32363a3e42464a0000000000"
    "00000000000000000000000000000003000000"
)
CORNERS = [0, 1, 2, 2, 1, 3, 2, 3, 4, 10, 11, 12, 4, 3, 0, 12, 11, 500]
TRIANGLES = "e1f01000ff473fff140202d007007687566778a9866589689801690000"
SEQUENCE = "d10004040002080204041804041e020a3002d10f00000000"
QUATERNIONS = np.float32(
    [[0, 0, 0, 1], [0.5, -0.5, 0.5, 0.5], [0.8, 0, 0.6, 0], [-0.1, 0.2, -0.3, -0.92736185]]
)


def triangles_of(corners):
    """Triangles, each turned so that it is the smallest of its three turns."""
    rows = np.asarray(corners, int).reshape(-1, 3).tolist()
    return [min((a, b, c), (b, c, a), (c, a, b)) for a, b, c in rows]


@pytest.mark.parametrize("data", [VERSION_0, VERSION_1], ids=["version 0", "version 1"])
def test_elements_that_meshoptimizer_packed_come_out_whole(data):
    np.testing.assert_array_equal(decode_vertices(bytes.fromhex(data), count=20, stride=4), TABLE)


def test_our_elements_are_packed_as_small_as_meshoptimizers():
    ours = encode_vertices(TABLE)
    np.testing.assert_array_equal(decode_vertices(ours, count=20, stride=4), TABLE)
    assert len(ours) <= len(bytes.fromhex(VERSION_0))


def test_triangles_that_meshoptimizer_packed_come_out_whole():
    decoded = decode_triangles(bytes.fromhex(TRIANGLES), count=18)
    assert triangles_of(decoded) == triangles_of(CORNERS)
    plain = decode_view(bytes.fromhex(SEQUENCE), ViewLayout(count=18, stride=4, mode=Mode.INDICES))
    assert np.frombuffer(plain, "<u4").tolist() == CORNERS


@given(st.lists(st.tuples(*[st.integers(0, 400)] * 3), min_size=1, max_size=40))
def test_any_triangles_come_back_in_their_order_and_with_their_winding(triangles):
    data = encode_triangles(np.array(triangles, np.int32))
    assert triangles_of(decode_triangles(data, count=3 * len(triangles))) == triangles_of(triangles)


@settings(max_examples=40)
@given(st.integers(1, 600), st.sampled_from([4, 8, 12, 64]), st.integers(0, 255), st.integers(0, 9))
def test_any_elements_come_back(count, stride, top, seed):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, top + 1, (count, stride)).astype(np.uint8)
    data = encode_vertices(table)
    np.testing.assert_array_equal(decode_vertices(data, count=count, stride=stride), table)


@pytest.mark.parametrize(
    ("bits", "packed", "unpacked"),
    [
        (
            12,
            "000000000000ff0759faa705a705fc070000c9060000fc072101bdfd6403ff07",
            "0,0,0,32767,16399,-16378,16378,16378,26213,0,19661,0,3271,-6554,9825,30389",
        ),
        (
            14,
            "000000000000ff1f60e9a016a016fc1f0000261b0000fc1f8604f3f6930dff1f",
            "0,0,0,32767,16383,-16384,16384,16384,26214,0,19659,0,3276,-6554,9830,30387",
        ),
        (
            16,
            "000000000000ff7f7ea5825a825afc7f00009c6c0000fc7f1a12ccdb4e36ff7f",
            "0,0,0,32767,16383,-16384,16384,16384,26213,0,19660,0,3277,-6553,9830,30387",
        ),
    ],
)
def test_rotations_are_folded_and_unfolded_as_by_meshoptimizer(bits, packed, unpacked):
    table = small_quaternions(QUATERNIONS, bits=bits)
    assert table.tobytes().hex() == packed
    layout = ViewLayout(count=4, stride=8, mode=Mode.ATTRIBUTES, filter=Filter.QUATERNION)
    raw = table.view(np.uint8).reshape(4, 8)
    back = np.frombuffer(decode_view(encode_vertices(raw), layout), "<i2")
    # Rotations, so a row may have the opposite sign.
    wanted = np.array(unpacked.split(","), int).reshape(4, 4)
    assert np.abs(np.abs(back.reshape(4, 4).astype(int)) - np.abs(wanted)).max() <= 1


def test_directions_are_folded_and_unfolded_as_by_meshoptimizer():
    normals = np.float32([[0, 0, 1], [0.6, 0, 0.8], [-0.6, 0.48, -0.64], [0, -1, 0]])
    table = octahedral8(normals, np.array([127, 0, 127, 0], np.int8))
    assert table.tobytes().hex() == "00007f7f36007f00a4537f7f00817f00"
    layout = ViewLayout(count=4, stride=4, mode=Mode.ATTRIBUTES, filter=Filter.OCTAHEDRAL)
    back = np.frombuffer(decode_view(encode_vertices(table.view(np.uint8)), layout), np.int8)
    assert back.tolist() == [0, 0, 127, 127, 76, 0, 102, 0, -76, 60, -82, 127, 0, -127, 0, 0]


def test_shared_exponents_are_undone():
    packed = bytes.fromhex("002000f3001000f300f8fff3103200f9800100f980fcfff9")
    layout = ViewLayout(count=2, stride=12, mode=Mode.ATTRIBUTES, filter=Filter.EXPONENTIAL)
    raw = np.frombuffer(packed, np.uint8).reshape(2, 12)
    back = np.frombuffer(decode_view(encode_vertices(raw), layout), "<f4")
    assert back.tolist() == [1, 0.5, -0.25, 100.125, 3, -7]


@pytest.mark.parametrize("data", [VERSION_0, VERSION_1])
@pytest.mark.parametrize("length", [1, 5, 30, 50])
def test_cut_off_data_is_refused(data, length):
    layout = ViewLayout(count=20, stride=4, mode=Mode.ATTRIBUTES)
    with pytest.raises(ValueError, match="cut off"):
        decode_view(bytes.fromhex(data)[:length], layout)
