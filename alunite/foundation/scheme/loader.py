"""Reads a scheme pack from its folder and checks it: every fault at once, each with file, line and expectation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from alunite.foundation.scheme.checks import (
    check_assessments,
    check_certificates,
    check_mapping,
    check_membership,
    check_recognition,
    check_releases,
    check_scheme,
    check_standard,
)
from alunite.foundation.scheme.models import (
    AssessmentsFile,
    CertificatesFile,
    MembershipFile,
    PackFiles,
    RecognitionFile,
    Record,
    ReleasesFile,
    SchemeFile,
    Standard,
    StandardMapping,
)
from alunite.foundation.scheme.pack import Pack
from alunite.foundation.scheme.provenance import check_provenance, resolved
from alunite.foundation.scheme.reading import PackFault, PackFile, Place, read_pack_file

__all__ = ["PackError", "PackFault", "check_pack", "load_pack", "pack_schema"]

SCHEME_FILE = "scheme.yaml"
CERTIFICATES_FILE = "certificates.yaml"
RELEASES_FILE = "releases.yaml"
# Files a pack may lack: what stands in each is a part of the pack under the file's own name, none where there is no file.
OPTIONAL: dict[str, tuple[type[Record], Callable[[PackFile, PackFile], None]]] = {
    "assessments.yaml": (AssessmentsFile, check_assessments),
    "membership.yaml": (MembershipFile, check_membership),
    "recognition.yaml": (RecognitionFile, check_recognition),
}
FIXED = frozenset({SCHEME_FILE, CERTIFICATES_FILE, RELEASES_FILE, *OPTIONAL})
SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class PackError(Exception):
    """A scheme pack that cannot be used.

    Parameters
    ----------
    faults : list of PackFault
        Everything that is wrong with it, at least one.
    """

    def __init__(self, faults: list[PackFault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def check_pack(directory: Path) -> list[PackFault]:
    """Check a scheme pack.

    Parameters
    ----------
    directory : Path
        Folder of the pack.

    Returns
    -------
    list of PackFault
        All faults in order of file and line; empty if `load_pack` will accept it.
    """
    return _read(Path(directory))[1]


def load_pack(directory: Path) -> Pack:
    """Read a scheme pack.

    Parameters
    ----------
    directory : Path
        Folder of the pack.

    Raises
    ------
    PackError
        If anything is wrong with it; its `faults` say what, all of it.
    """
    files, faults = _read(Path(directory))
    if faults:
        raise PackError(faults)
    return Pack.model_validate(_document(files))


def pack_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a pack: an object with one property for each kind of file.

    What refers from one place to another (ids, citations, counts, hashes) is checked by `check_pack` alone.
    """
    schema = PackFiles.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": SCHEMA_DIALECT, "title": "Scheme pack", **{k: v for k, v in schema.items() if k != "title"}}


def _read(root: Path) -> tuple[dict[str, PackFile], list[PackFault]]:
    """Read and check all files; standards and mappings stand under their file names."""
    if not root.is_dir():
        return {}, [PackFault(".", 1, "", str(root), "a folder with a scheme pack")]
    scheme = read_pack_file(root, SCHEME_FILE)
    certificates = read_pack_file(root, CERTIFICATES_FILE)
    releases = read_pack_file(root, RELEASES_FILE)
    files = {file.name: file for file in (scheme, certificates, releases)}
    _check_shape(scheme, SchemeFile)
    _check_shape(certificates, CertificatesFile)
    _check_shape(releases, ReleasesFile)
    files |= _read_optional(root, scheme)
    named = _named_standards(root, scheme)
    for name in named:
        files[name] = read_pack_file(root, name)
        _check_shape(files[name], Standard)
    versions = _versions_with_a_file(scheme)
    if versions is not None and len(versions) == len(named):
        # Else a file that nobody names may be the one that a refused name was to be.
        _forgotten(root, named, scheme, "a version")
    mapped = _named_mappings(root, scheme, named)
    for name in mapped:
        files[name] = read_pack_file(root, name)
        _check_shape(files[name], StandardMapping)
    if len(mapped) == len(_listed(scheme, "mappings")):
        _forgotten(root, mapped, scheme, "mappings")

    check_scheme(scheme)
    check_certificates(certificates)
    for name, version in named.items():
        check_standard(files[name], scheme, version)
    for name in mapped:
        check_mapping(files[name], scheme, {version: files[file] for file, version in named.items()})
    scheme_id = scheme.at(("scheme", "id"))
    for file in files.values():
        if file is not releases:
            check_provenance(file, scheme_id if isinstance(scheme_id, str) else None)
    standards = {version: files[name] for name, version in named.items()}
    check_releases(releases, standards, None if versions is None else set(versions))
    return files, sorted(fault for file in files.values() for fault in file.faults)


def _read_optional(root: Path, scheme: PackFile) -> dict[str, PackFile]:
    """Return the files a pack may lack, of those it has, checked."""
    files = {name: read_pack_file(root, name) for name in OPTIONAL if _is_file(root, name)}
    for name, file in files.items():
        model, check = OPTIONAL[name]
        _check_shape(file, model)
        check(file, scheme)
    return files


def _named_standards(root: Path, scheme: PackFile) -> dict[str, str]:
    """Return the standard files that scheme.yaml names and that can be read, each with its version's id."""
    named: dict[str, str] = {}
    for index, version in enumerate(_listed(scheme, "versions")):
        if not isinstance(version, dict):
            continue
        name = _readable(root, scheme, ("versions", index, "file"), named, "version")
        if name:
            named[name] = str(version.get("id"))
    return named


def _named_mappings(root: Path, scheme: PackFile, standards: Collection[str]) -> list[str]:
    """Return the mapping files that scheme.yaml names and that can be read."""
    named: list[str] = []
    for index in range(len(_listed(scheme, "mappings"))):
        name = _readable(root, scheme, ("mappings", index), {*standards, *named}, "mapping")
        if name:
            named.append(name)
    return named


def _listed(scheme: PackFile, key: str) -> list[Any]:
    found = scheme.at((key,))
    return found if isinstance(found, list) else []


def _readable(root: Path, scheme: PackFile, place: Place, taken: Collection[str], what: str) -> str:
    """Return the name of a file that stands at a place, if it can be read; else fault it, and return nothing."""
    name = scheme.at(place)
    if not isinstance(name, str) or place in scheme.told:
        return ""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or str(pure) != name:
        scheme.fault(place, "the name of a file below this folder, without . and ..")
    elif name in taken or name in FIXED:
        scheme.fault(place, f"a file of its own for each {what}")
    elif not _is_inside(root, name):
        scheme.fault(place, "a file inside this folder, not a link out of it")
    elif not _is_file(root, name):
        scheme.fault(place, "a file that exists")
    else:
        return name
    return ""


def _versions_with_a_file(scheme: PackFile) -> list[str] | None:
    """Return the ids of versions with a file, readable or not; None where scheme.yaml does not say what there is."""
    versions = scheme.at(("versions",))
    listed: list[Any] = versions if isinstance(versions, list) else [None]
    if not all(isinstance(version, dict) and isinstance(version.get("id"), str) for version in listed):
        return None
    return [version["id"] for version in listed if version.get("file") is not None]


def _is_inside(root: Path, name: str) -> bool:
    try:
        return (root / name).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        return False


def _is_file(root: Path, name: str) -> bool:
    try:
        return (root / name).is_file()
    except OSError:
        return False


def _forgotten(root: Path, named: Collection[str], scheme: PackFile, by: str) -> None:
    """Fault files in the folders of named ones that scheme.yaml does not name: someone meant them to count."""
    for folder in sorted({PurePosixPath(name).parent for name in named}):
        if folder == PurePosixPath("."):
            continue
        for path in sorted((root / folder).glob("*.yaml")):
            name = str(folder / path.name)
            if name not in named:
                scheme.faults.append(PackFault(name, 1, "", "", f"to be named by {by} in scheme.yaml"))


def _check_shape(file: PackFile, model: type[Record]) -> None:
    """Note where the file's data does not have the model's shape."""
    if not file.is_read:
        return
    try:
        model.model_validate(file.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(file, dict(detail))


def _note(file: PackFile, detail: dict[str, Any]) -> None:
    kind: str = detail["type"]
    place = _place(file, detail["loc"], keep_last=kind == "missing")
    if kind == "too_short" and file.at(place):
        return  # its entries are there, but faulty: told one by one
    if kind == "extra_forbidden":
        file.fault(place, "no such key here; see docs/reference/scheme-pack.md", value=place[-1])
    elif kind == "missing":
        file.fault(place, "this key")
    else:
        file.fault(place, _expected(kind, detail))


def _place(file: PackFile, loc: tuple[str | int, ...], *, keep_last: bool) -> Place:
    """Return the place of a fault; parts of `loc` that name a type and not a place are left out."""
    place: Place = ()
    for index, key in enumerate(loc):
        here = file.at(place)
        exists = (isinstance(here, dict) and key in here) or (
            isinstance(here, list) and isinstance(key, int) and key < len(here)
        )
        if exists or (keep_last and index == len(loc) - 1):
            place = (*place, key)
    return place


_EXPECTED = {
    "string_type": "text, in quotes where it could be read as a number",
    "int_type": "a whole number",
    "too_short": "at least one entry",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a record of keys and values",
    "model_attributes_type": "a record of keys and values",
}


def _expected(kind: str, detail: dict[str, Any]) -> str:
    context = detail.get("ctx", {})
    if kind == "pack":
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        return f"text of the form {context['pattern']}" if context["pattern"] != r"\S" else "text that is not blank"
    if kind == "literal_error":
        return f"one of {context['expected']}"
    message = str(detail["msg"])
    return _EXPECTED.get(kind, message.removeprefix("Input should be "))


def _document(files: dict[str, PackFile]) -> dict[str, Any]:
    """Join checked files into one document with citations, origins and trust resolved."""
    scheme = files[SCHEME_FILE].data
    whole = {name: resolved(file.data) for name, file in files.items() if name != RELEASES_FILE}
    order = [version["file"] for version in scheme["versions"] if "file" in version]
    certificates = whole[CERTIFICATES_FILE]
    return {
        **whole[SCHEME_FILE],
        "transitions": certificates["transitions"],
        "certificate_remarks": certificates.get("remarks", []),
        "standards": [whole[name] for name in order],
        "mappings": [whole[name] for name in scheme.get("mappings", [])],
        "releases": files[RELEASES_FILE].data.get("standards", []),
        **{PurePosixPath(name).stem: whole[name] for name in OPTIONAL if name in whole},
    }
