import struct

import numpy as np
import pytest

from bozzetto.errors import FormatError
from bozzetto.formats.fbx.nodes import MAGIC, decode_fbx, encode_fbx, group, node

BY_HAND = (
    b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7400)
    # End offset, number of properties, their length, length of the name.
    + struct.pack("<IIIB", 27 + 13 + 4 + 5 + 9, 2, 14, 4) + b"Test"
    + b"I" + struct.pack("<i", -7)
    + b"D" + struct.pack("<d", 0.5)
)  # fmt: skip


def one(data):
    """The first record."""
    return decode_fbx(data, name="it").children[0]


def test_a_record_is_laid_out_as_the_description_says():
    assert encode_fbx((node("Test", -7, 0.5),)).startswith(BY_HAND)
    assert one(BY_HAND).values == (-7, 0.5)


def test_every_type_of_property_comes_back_as_what_it_was():
    values = (True, 3, np.int64(2**40), 1.25, "text with \x00\x01 inside", b"\x00raw")
    back = one(encode_fbx((node("Values", *values),))).values
    assert back == values
    assert [type(value) for value in back[:1]] == [bool]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8"])
@pytest.mark.parametrize("count", [0, 3, 5000])
def test_arrays_come_back_deflated_or_not(dtype, count):
    values = np.arange(count).astype(dtype)
    data = encode_fbx((node("Array", values),))
    back = one(data).values[0]
    assert back.dtype == values.dtype
    np.testing.assert_array_equal(back, values)
    assert count < 5000 or len(data) < values.nbytes  # Long ones are deflated.


def test_children_stand_inside_and_an_end_offset_leads_past_them():
    tree = group("Outer", group("Inner", node("Leaf", 1)), node("Next", 2))
    data = encode_fbx((tree, node("After", 3)))
    outer, after = decode_fbx(data, name="it").children
    assert [child.name for child in outer.children] == ["Inner", "Next"]
    assert outer.find("Inner").find("Leaf").number() == 1
    assert after.number() == 3
    (end,) = struct.unpack_from("<I", data, 27)
    assert data[end + 13 : end + 18] == b"After"


def test_files_of_64_bits_are_read():
    record = struct.pack("<QQQB", 27 + 25 + 4 + 5, 1, 5, 4) + b"Wide" + b"I" + struct.pack("<i", 9)
    data = MAGIC + struct.pack("<I", 7500) + record
    assert one(data).values == (9,)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"; FBX 7.4.0 project file\n", "text form"),
        (MAGIC + struct.pack("<I", 6100), "version 6100"),
        (b"not at all", "is not an FBX file"),
        (BY_HAND[:-3], "cut off or damaged"),
        (BY_HAND.replace(struct.pack("<I", 58), struct.pack("<I", 9_000_000)), "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(data, message):
    with pytest.raises(FormatError, match=message):
        decode_fbx(data, name="it")
