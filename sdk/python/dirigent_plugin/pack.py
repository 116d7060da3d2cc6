"""The author's modules, in memory: a component has no files, so the build takes along what a call may import.

At the build `Pack(folders)` reads the modules and finds what they import of the standard library, anywhere in their text,
and imports that; in a call it is a finder that gives the author's modules, with their text for tracebacks.
"""

import ast
import importlib
import importlib.abc
import importlib.util
import linecache
import os
import sys
from types import CodeType, ModuleType
from typing import Iterator, Optional

LAZY = (
    "_strptime encodings.idna encodings.ascii encodings.latin_1 encodings.utf_8_sig encodings.utf_16 stringprep unicodedata "
    "calendar decimal fractions locale traceback tokenize"
).split()
"""What the standard library imports only once it is needed, when it would be too late."""
SKIPPED = {"__pycache__", "node_modules", "venv", "tests"}
"""Folders that are not taken along, besides those with a dot in front."""


class Pack(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """The modules below some folders."""

    def __init__(self, folders: list[tuple[str, str]]) -> None:
        """`folders` are read in order, and each has the name that tracebacks show in its place."""
        self._modules: dict[str, tuple[str, str, bool]] = {}
        self._code: dict[str, CodeType] = {}
        self._data: dict[str, bytes] = {}
        self.wrong: dict[str, SyntaxError] = {}
        """Modules that do not compile."""
        self.missing: dict[str, str] = {}
        """Modules that are imported and are nowhere, each with one that imports it."""
        for folder, shown in folders:
            for path in _files(folder):
                self._take(folder, shown, path)
        for name in list(self._modules):
            self._compile(name)
        for name in LAZY:
            _import(name)
        if "asyncio" in sys.modules:
            # Only then, as it is much that others need not carry.
            importlib.import_module("dirigent_plugin.loop").attach()

    def _take(self, folder: str, shown: str, path: str) -> None:
        parts = path.split("/")
        with open(f"{folder}/{path}", "rb") as file:
            content = file.read()
        self._data.setdefault(f"{shown}{path}", content)
        if not path.endswith(".py"):
            return
        package = parts[-1] == "__init__.py"
        parts = parts[:-1] if package else [*parts[:-1], parts[-1].removesuffix(".py")]
        if parts:
            text = importlib.util.decode_source(content)
            self._modules.setdefault(".".join(parts), (text, f"{shown}{path}", package))

    def _compile(self, name: str) -> None:
        text, file, _ = self._modules[name]
        try:
            tree = ast.parse(text, file)
            self._code[name] = compile(tree, file, "exec", dont_inherit=True)
        except SyntaxError as error:
            self.wrong[name] = error
            return
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        for imported in _imports(tree):
            top = imported.partition(".")[0]
            if not self._has(top) and not _import(imported) and not _import(top):
                self.missing.setdefault(top, name)

    def _has(self, top: str) -> bool:
        return any(name == top or name.startswith(f"{top}.") for name in self._modules)

    def install(self) -> None:
        """Find modules here before anywhere else."""
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Optional[object]:
        """A module of the pack, or a package that is only a folder."""
        if fullname in self._modules:
            _, file, package = self._modules[fullname]
            spec = importlib.util.spec_from_loader(fullname, self, origin=file, is_package=package)
            spec.has_location = True
            return spec
        if any(name.startswith(f"{fullname}.") for name in self._modules):
            spec = importlib.util.spec_from_loader(fullname, None, is_package=True)
            return spec
        return None

    def is_package(self, fullname: str) -> bool:
        """Whether it is an `__init__.py`."""
        return self._modules[fullname][2]

    def get_source(self, fullname: str) -> str:
        """The module's text."""
        return self._modules[fullname][0]

    def get_code(self, fullname: str) -> CodeType:
        """The compiled module, or its `SyntaxError`."""
        if fullname in self.wrong:
            raise self.wrong[fullname]
        return self._code[fullname]

    def get_data(self, path: str) -> bytes:
        """What `pkgutil.get_data` asks for: a file that lay beside a module."""
        try:
            return self._data[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        exec(self.get_code(module.__name__), module.__dict__)


def _files(folder: str, below: str = "") -> Iterator[str]:
    for name in sorted(os.listdir(f"{folder}/{below}")):
        path = f"{below}{name}"
        if name.startswith(".") or name in SKIPPED or name.endswith(".pyc"):
            continue
        if os.path.isdir(f"{folder}/{path}"):
            yield from _files(folder, f"{path}/")
        else:
            yield path


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # `from os import path` may name a module; one that is none is no harm.
            for alias in node.names:
                _import(f"{node.module}.{alias.name}")


def _import(name: str) -> bool:
    if name.partition(".")[0] not in sys.stdlib_module_names and name.partition(".")[0] != "dirigent_plugin":
        return False
    try:
        importlib.import_module(name)
    except Exception:
        # Not on this platform, or not at all: the author's own import says so.
        return False
    return True
