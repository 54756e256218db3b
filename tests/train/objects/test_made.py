from bozzetto_train.objects.families import Split
from bozzetto_train.objects.made import (
    list_compositions,
    list_procedural,
    list_reshaped,
    list_retextured,
)
from bozzetto_train.objects.procedural.catalogue import MAKERS
from tests.train.objects.test_manifest import an_entry

BASES = tuple(
    an_entry(f"pack/{number}", split=split)
    for number, split in enumerate([Split.TRAIN, Split.TEST, Split.VALIDATION] * 5)
)


def test_nothing_is_derived_from_test_or_validation_objects():
    derived = [
        *list_retextured(BASES, 50),
        *list_compositions(BASES, 50),
        *list_reshaped(BASES, 50),
    ]
    assert len(derived) == 150
    assert all(base.split == Split.TRAIN for entry in derived for base in entry.bases)
    assert all(entry.split == Split.TRAIN for entry in derived)


def test_compositions_never_hold_one_object_twice():
    assert all(len(set(entry.bases)) == len(entry.bases) for entry in list_compositions(BASES, 60))


def test_every_training_object_is_reshaped_once_before_any_is_twice():
    bases = [entry.bases[0].name for entry in list_reshaped(BASES, 12)]
    once = {entry.name for entry in BASES if entry.split == Split.TRAIN}
    assert set(bases[:5]) == set(bases[5:10]) == once


def test_lists_are_the_same_every_time():
    assert list(list_retextured(BASES, 20)) == list(list_retextured(BASES, 20))
    assert list(list_procedural(100)) == list(list_procedural(100))


def test_every_kind_is_among_a_few_hundred_procedural_objects():
    entries = list(list_procedural(300))
    assert len(entries) == 300
    assert {entry.name.split("/")[1] for entry in entries} == set(MAKERS)
    assert {entry.split for entry in entries} == set(Split)


def test_licences_of_the_parts_add_up():
    free, named = an_entry("pack/a"), an_entry("pack/b")
    named = type(named)(**{**vars(named), "licence": "CC-BY-3.0", "author": "Somebody"})
    entry = next(iter(list_compositions([free, named], 1)))
    assert entry.licence == "CC-BY-3.0 AND CC0-1.0"
    assert entry.author == "Nobody; Somebody"
