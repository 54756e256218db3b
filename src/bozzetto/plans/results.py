"""Results in a store: written whole or not at all, read lazily, and handed to stages as handles."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bozzetto.errors import ProjectError, ResourceError
from bozzetto.plans.memo import Memo
from bozzetto.plans.plan import Input, InputFile, Node
from bozzetto.plans.stage import Codec, Files, Stage
from bozzetto.records import text_from, value_from_text
from bozzetto.store.base import Store, StoredObject

Value = TypeVar("Value")

_DAMAGE = (ValueError, KeyError, EOFError, OSError, TypeError)


@dataclass(frozen=True, kw_only=True)
class ResultRecord:
    """What a store says of one result."""

    stage: str
    version: int
    key: str
    seconds: float
    """Wall-clock time of the run that made it."""
    files: dict[str, StoredObject]


class StoredFiles(Mapping[str, bytes]):
    """The files of a result; each is read when it is asked for."""

    def __init__(self, store: Store, record: ResultRecord) -> None:
        self._store = store
        self.record = record

    def __getitem__(self, name: str) -> bytes:
        """Return a file's bytes."""
        return self._store.read(self.record.files[name].sha256)

    def __iter__(self) -> Iterator[str]:
        """List the names."""
        return iter(self.record.files)

    def __len__(self) -> int:
        """Count the files."""
        return len(self.record.files)


def keep_result(store: Store, node: Node[Value], value: Value, *, seconds: float) -> ResultRecord:
    """Encode a result and keep it: its files first, the record that names them last."""
    files: dict[str, StoredObject] = {}
    for name, data in node.stage.codec.encode(value).items():
        files[name] = StoredObject(sha256=store.put(data), num_bytes=len(data))
    record = ResultRecord(
        stage=node.stage.name,
        version=node.stage.version,
        key=node.key,
        seconds=round(seconds, 3),
        files=files,
    )
    store.write_record(node.stage.collection, node.key, text_from(record).encode())
    return record


def find_result(store: Store, collection: str, key: str) -> ResultRecord | None:
    """Return the record of a result; None where it has not been made, or is not whole any more.

    A record that cannot be read counts as none, so that the result is made again.
    """
    data = store.read_record(collection, key)
    if data is None:
        return None
    try:
        record = value_from_text(ResultRecord, data)
    except ValueError:
        return None
    whole = all(store.size(file.sha256) == file.num_bytes for file in record.files.values())
    return record if whole else None


def read_result(store: Store, stage: Stage[Value], key: str) -> Value:
    """Decode a result that is in the store.

    Raises:
        ProjectError: It is not there or damaged.
    """
    return decode_result(store, stage.codec, _found(store, stage.collection, key))


def decode_result(store: Store, codec: Codec[Value], record: ResultRecord) -> Value:
    """Decode a result. One that is damaged is forgotten, so that the next run makes it again.

    Raises:
        ProjectError: Its files are damaged.
    """
    try:
        return codec.decode(StoredFiles(store, record))
    except (*_DAMAGE, ResourceError) as error:
        store.remove_record(record.stage, record.key)
        for file in record.files.values():
            store.remove(file.sha256)
        raise ProjectError(
            f"The stored result {record.key[:12]} of the stage {record.stage!r} was damaged.",
            advice="Run the command again: the result is made anew.",
        ) from error


def result_files(store: Store, stage: Stage[Value], key: str) -> Files:
    """Return the files of a result.

    Raises:
        ProjectError: It is not there.
    """
    return StoredFiles(store, _found(store, stage.collection, key))


@dataclass(frozen=True, kw_only=True, eq=False)
class Handle(Generic[Value]):
    """A result that a stage is given: read when the stage asks for it."""

    key: str
    store: Store
    codec: Codec[Value]
    record: ResultRecord
    memo: Memo

    def load(self) -> Value:
        """Return the value; a process that asks again soon gets the same one."""
        return self.memo.get(
            ("result", self.key), lambda: decode_result(self.store, self.codec, self.record)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class FileHandle:
    """A file that a stage is given."""

    sha256: str
    name: str
    store: Store

    def read(self) -> bytes:
        """Return its bytes."""
        return self.store.read(self.sha256)


def handles(store: Store, node: Node[Value], *, memo: Memo) -> dict[str, object]:
    """Return a node's inputs as its stage's function takes them.

    Raises:
        ProjectError: A result that goes in is not there.
    """
    return {name: _handle(store, given, memo=memo) for name, given in node.inputs.items()}


def _handle(store: Store, given: Input, *, memo: Memo) -> object:
    """Return one input."""
    if given is None:
        return None
    if isinstance(given, tuple):
        return tuple(_handle(store, item, memo=memo) for item in given)
    if isinstance(given, InputFile):
        return FileHandle(sha256=given.sha256, name=given.name, store=store)
    record = _found(store, given.stage.collection, given.key)
    codec = given.stage.codec
    return Handle[object](key=given.key, store=store, codec=codec, record=record, memo=memo)


def _found(store: Store, collection: str, key: str) -> ResultRecord:
    """Return the record of a result that must be there."""
    record = find_result(store, collection, key)
    if record is None:
        raise ProjectError(
            f"The result {key[:12]} of the stage {collection!r} is not in the store.",
            advice="Run the command that makes it again.",
        )
    return record
