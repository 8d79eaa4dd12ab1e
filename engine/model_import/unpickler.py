"""An unpickler for tensors; everything else becomes an inert stand-in, and no code runs.

Checkpoints name classes (Lightning's callbacks, OmegaConf's configurations) beside their tensors.
A class or function that a pickle names is never looked up: it becomes a stand-in whose calls and
assignments do nothing. What no checkpoint needs, such as `os.system`, is refused.
"""

import pickle
from collections.abc import Callable
from typing import IO, Any, ClassVar

import torch

__all__ = ["MAX_PICKLE", "Refused", "Standin", "StorageSpec", "TensorSpec", "Unpickler", "key_of"]

MAX_PICKLE = 8 * 2**20  # bytes; that of the largest published checkpoint has two million
MAX_NAMES = 1000  # of classes and functions

DTYPES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "UntypedStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
_STORAGES = ("torch", "torch.cuda", "torch.storage")
_HOSTILE = frozenset({
    "_posixsubprocess", "asyncio", "code", "codeop", "commands", "ctypes", "http", "imp",
    "importlib", "marshal", "multiprocessing", "nt", "os", "pdb", "pip", "pkgutil", "posix", "pty",
    "runpy", "shutil", "signal", "site", "socket", "subprocess", "sys", "tempfile", "threading",
    "timeit", "types", "urllib", "webbrowser",
})  # fmt: skip
_HOSTILE_BUILTINS = frozenset({
    "__import__", "breakpoint", "compile", "eval", "exec", "exit", "input", "open", "quit",
})  # fmt: skip


class Refused(Exception):  # noqa: N818 - never leaves `engine.model_import`
    """The pickle would run what no checkpoint needs; the argument names it."""


class _Inert:
    """No pickle can change it, since BUILD finds a `__setstate__` on classes, too."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        """Forget it."""


class Standin(_Inert):
    """An object of an unknown class, or what an unknown function would have returned."""

    __slots__ = ("arguments", "state")
    path = ""  # such as "omegaconf.dictconfig.DictConfig"
    arguments: tuple[object, ...]
    state: object

    def __new__(cls, *arguments: object, **_: object) -> "Standin":
        """Keep the arguments, for whoever reads them as data."""
        standin = object.__new__(cls)
        standin.arguments, standin.state = arguments, None
        return standin

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __setitem__(self, key: object, value: object) -> None:
        """As a dictionary of an unknown kind; forgotten."""

    def append(self, value: object) -> None:
        """As a list of an unknown kind; forgotten."""

    add = extend = append


class TensorSpec(_Inert):
    """A tensor as the pickle describes it; checked when its numbers are read."""

    __slots__ = ("offset", "size", "storage", "stride")

    def __init__(
        self, storage: Any = None, offset: Any = 0, size: Any = (), stride: Any = (), *_: Any
    ) -> None:
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride


class StorageSpec(_Inert):
    """Where a tensor's numbers are."""

    __slots__ = ("count", "dtype", "name", "offset")

    def __init__(self, dtype: torch.dtype, name: str, count: int, offset: int = 0) -> None:
        self.dtype, self.name, self.count, self.offset = dtype, name, count, offset


class _Dict(dict[Any, Any]):
    """An OrderedDict, whose attributes (a state dict's versions) are not kept."""

    __slots__ = ()

    def __init__(self, pairs: Any = ()) -> None:
        for key, value in pairs.items() if isinstance(pairs, dict) else pairs:
            self[key_of(key)] = value

    def __setstate__(self, state: object) -> None:
        """Forget it."""


class _First(_Inert):
    """A parameter, or a list that knows its type: the first argument is all there is to it."""

    def __new__(cls, value: Any = None, *_: Any) -> Any:
        """Give the value itself."""
        return value


class _Size(_Inert):
    """torch.Size: a tuple."""

    def __new__(cls, values: Any = ()) -> Any:
        """Give the tuple."""
        return tuple(values)


class _OfType(_Inert):
    """A tensor of a class of its own: how it is rebuilt, its class, the arguments."""

    def __new__(cls, rebuild: Any, _: Any, arguments: Any, *__: Any) -> Any:
        """Give the tensor."""
        return rebuild(*arguments) if rebuild in (TensorSpec, _First) else Standin()


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): _Dict,
    ("torch", "Size"): _Size,
    ("torch._tensor", "_rebuild_from_type_v2"): _OfType,
    ("torch._utils", "_rebuild_parameter"): _First,
    ("torch._utils", "_rebuild_parameter_with_state"): _First,
    ("torch._utils", "_rebuild_tensor"): TensorSpec,
    ("torch._utils", "_rebuild_tensor_v2"): TensorSpec,
}
_ATOMS = (str, bytes, int, float, type(None), type, Standin)


def key_of(key: Any) -> Any:
    """A dictionary's key, if hashing it is quick: nested tuples would take forever."""
    parts = key if isinstance(key, tuple) else (key,)
    if not all(isinstance(part, _ATOMS) for part in parts):
        raise pickle.UnpicklingError("a key is not a name or number")
    return key


class _Bounded:
    """A file that gives no more bytes than a pickle may have."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.left = file, MAX_PICKLE

    def read(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise pickle.UnpicklingError("the pickle is too large")
        self.left -= count
        content = self.file.read(count)
        if len(content) < count:
            raise EOFError
        return content

    def readline(self) -> bytes:
        line = self.file.readline(self.left)
        self.left -= len(line)
        return line


class Unpickler(pickle._Unpickler):
    """Python's own unpickler in Python, whose steps can be checked; that in C trusts numbers."""

    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)
    stack: list[Any]  # Python's own; its types don't tell
    pop_mark: Callable[[], list[Any]]

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(_Bounded(file), encoding="utf-8", errors="replace")
        self.dtypes: dict[str, torch.dtype] = {}  # of the storages that were named
        self.standins: dict[str, type[Standin]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """A reader of tensors, or a new stand-in; raises Refused."""
        if (module, name) in _KNOWN:
            return _KNOWN[module, name]
        if module == "torch.jit._pickle":
            return _First
        if module in _STORAGES and name in DTYPES:
            return name
        path = f"{module}.{name}"
        if module.partition(".")[0] in _HOSTILE:
            raise Refused(path)
        if module in ("builtins", "__builtin__") and name.partition(".")[0] in _HOSTILE_BUILTINS:
            raise Refused(path)
        if path not in self.standins:
            if len(self.standins) == MAX_NAMES:
                raise pickle.UnpicklingError("too many classes")
            self.standins[path] = type("Standin", (Standin,), {"__slots__": (), "path": path})
        return self.standins[path]

    def persistent_load(self, pid: Any) -> Any:
        """A storage, or the class of a module beside its source."""
        if isinstance(pid, tuple) and pid and pid[0] == "module":
            return pid[1]
        match pid:
            case ("storage", str(kind), str() | int() as name, _, int(count), *rest):
                view = rest[0] if rest and isinstance(rest[0], tuple) else (None, 0)
                dtype = DTYPES[kind]
                self.dtypes[str(name)] = dtype
                return StorageSpec(dtype, str(name), count, int(view[1]))
        raise pickle.UnpicklingError("an unknown reference")

    def _set_items(self) -> None:
        items = self.pop_mark()
        for key, value in zip(items[::2], items[1::2], strict=True):
            self.stack[-1][key_of(key)] = value

    def _set_item(self) -> None:
        value = self.stack.pop()
        key = self.stack.pop()
        self.stack[-1][key_of(key)] = value

    def _make_dict(self) -> None:
        self.stack.append(_Dict(zip(*[iter(self.pop_mark())] * 2, strict=True)))

    def _add_items(self) -> None:
        for item in self.pop_mark():
            self.stack[-1].add(key_of(item))

    def _make_frozenset(self) -> None:
        self.stack.append(frozenset(map(key_of, self.pop_mark())))

    def _refuse(self) -> None:
        raise pickle.UnpicklingError("an operation that torch does not use")

    for _code, _step in (
        (pickle.SETITEM, _set_item), (pickle.SETITEMS, _set_items), (pickle.DICT, _make_dict),
        (pickle.ADDITEMS, _add_items), (pickle.FROZENSET, _make_frozenset),
        (pickle.BYTEARRAY8, _refuse), (pickle.NEXT_BUFFER, _refuse),
        (pickle.READONLY_BUFFER, _refuse), (pickle.EXT1, _refuse), (pickle.EXT2, _refuse),
        (pickle.EXT4, _refuse),
    ):  # fmt: skip
        dispatch[_code[0]] = _step
