"""The installation: its data folder, its id, and the master key that never lies in that folder.

No Django here: the settings ask this module for their secrets before Django is there.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VARIABLE = "ALUNITE_MASTER_KEY"
SHORTEST = 32
_PATH_BEGINNINGS = ("/", "./", "../", "~")


class InstallationError(Exception):
    """The data folder's own description cannot be read."""


class MasterKeyError(InstallationError):
    """The master key is malformed, out of reach, or kept where it must not be."""


@dataclass(frozen=True, slots=True)
class MasterKeyFound:
    """Where the master key is.

    Parameters
    ----------
    made : bool
        Whether it was made just now.
    where : str
        The variable or the file that holds it, for a message.
    for_trials : bool
        Whether it lies in the user's configuration folder: right for a trial on one's own machine; an office sets
        ALUNITE_MASTER_KEY and keeps the key where it keeps its other secrets.
    """

    made: bool
    where: str
    for_trials: bool


class Installation:
    """One installation: everything it keeps outside the database lies under `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def file(self) -> Path:
        return self.home / "installation.json"

    @property
    def exists(self) -> bool:
        return self.file.is_file()

    def create(self) -> None:
        """Write `installation.json` unless it is there; safe when two do it at once."""
        if self.exists:
            return
        # The database lies in it, and mail while there is no server.
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps({"id": secrets.token_hex(16), "created": created}) + "\n"
        write_once(self.file, text.encode(), mode=0o644)

    @property
    def id(self) -> str:
        """The random id given at creation.

        Raises
        ------
        InstallationError
            If there is no installation in `home`, or its file is damaged.
        """
        try:
            identity = json.loads(self.file.read_text(encoding="utf-8"))["id"]
        except FileNotFoundError as error:
            raise InstallationError(f"No installation in {self.home}: run `alunite init` first.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InstallationError(f"{self.file} cannot be read: {error}. Put it back from a backup.") from error
        if not isinstance(identity, str) or not identity.isalnum():
            raise InstallationError(f"{self.file} is damaged: its id is not a word. Put it back from a backup.")
        return identity

    @property
    def key_file(self) -> Path:
        """Where the master key lies when ALUNITE_MASTER_KEY is unset."""
        configuration = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        return Path(configuration).expanduser() / "alunite" / f"{self.id}.key"

    def master_key(self) -> bytes | None:
        """Return the master key, or None where there is no installation or no key.

        Raises
        ------
        MasterKeyError
            If ALUNITE_MASTER_KEY is malformed, or a key file is damaged, lies in `home` or is open to others.
        """
        given = os.environ.get(VARIABLE, "").strip()
        if given:
            return self._given(given).encode()
        if not self.exists or not self.key_file.exists():
            return None
        if os.name == "posix" and stat.S_IMODE(self.key_file.stat().st_mode) & 0o077:
            raise MasterKeyError(f"{self.key_file} can be read by others: run `chmod 600 {self.key_file}`.")
        return self._from_file(self.key_file).encode()

    def ensure_master_key(self) -> MasterKeyFound:
        """Find the master key, or make one in the user's configuration folder (mode 0600).

        Raises
        ------
        MasterKeyError
            As `master_key`; also when this data folder already had a key that is not here, since a new one could
            not open what the old one closed.
        """
        self.create()
        if self.master_key() is not None:
            given = os.environ.get(VARIABLE, "").strip()
            where = VARIABLE if given else str(self.key_file)
            return MasterKeyFound(made=False, where=where, for_trials=not given)
        if any((self.home / "keys").glob("*.pub")):
            raise MasterKeyError(
                f"This data folder was set up under a master key that is not on this machine. Set {VARIABLE} to it, "
                f"or copy its file to {self.key_file}. A new key could not open what the old one closed."
            )
        self._refuse_inside(self.key_file)
        self.key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = base64.b64encode(secrets.token_bytes(32)) + b"\n"
        made = write_once(self.key_file, key, mode=0o600)
        return MasterKeyFound(made=made, where=str(self.key_file), for_trials=True)

    def derived_key(self, purpose: str) -> bytes | None:
        """Return 32 bytes derived from the master key for one purpose, or None as `master_key` does."""
        return self._derived(purpose, 32)

    def derived_secret(self, purpose: str) -> str | None:
        """Return a secret text derived from the master key for one purpose, or None as `master_key` does."""
        derived = self._derived(purpose, 48)
        return base64.urlsafe_b64encode(derived).decode() if derived else None

    def _derived(self, purpose: str, length: int) -> bytes | None:
        key = self.master_key()
        if key is None or not self.exists:
            return None
        # HKDF is not a password hash: the key has to be random, which `init` and the manual see to.
        info = f"alunite/{purpose}/{self.id}".encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)

    def complaints(self) -> list[str]:
        """Return what an operator should mend about a key file given by ALUNITE_MASTER_KEY, for `doctor`.

        Container platforms mount secrets readable by all inside the container, so this is no error.
        """
        given = os.environ.get(VARIABLE, "").strip()
        path = Path(given).expanduser() if given.startswith(_PATH_BEGINNINGS) else None
        if path is None or os.name != "posix" or not path.is_file():
            return []
        if stat.S_IMODE(path.stat().st_mode) & 0o004:
            return [f"{path} can be read by every user of this machine: run `chmod 600 {path}`."]
        return []

    def _given(self, value: str) -> str:
        path_like = value.startswith(_PATH_BEGINNINGS)
        if path_like:
            path = Path(value).expanduser()
            if path.is_file():
                return self._from_file(path)
            # A path of letters and slashes only is also base64; its folder being there tells them apart.
            in_a_folder = path.parent != Path(path.anchor) and path.parent.is_dir()
            if in_a_folder or not _is_base64_key(value):
                raise MasterKeyError(f"{VARIABLE} looks like a path, but there is no file {path}.")
        elif ("/" in value or "\\" in value) and not _is_base64_key(value):
            # A relative path would be read as a key from any other working directory.
            raise MasterKeyError(f"{VARIABLE}: write a path in full, or begin it with ./ or ~; a key has no slashes.")
        return _long_enough(value, VARIABLE)

    def _from_file(self, path: Path) -> str:
        self._refuse_inside(path)
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MasterKeyError(f"The master key file {path} cannot be read: {error}") from error
        return _long_enough(text, str(path))

    def _refuse_inside(self, path: Path) -> None:
        if path.resolve().is_relative_to(self.home.resolve()):
            raise MasterKeyError(
                f"The master key file {path} lies in the data folder {self.home}. Whoever gets a copy of the folder "
                "would hold the key as well: move it out."
            )


def write_once(path: Path, content: bytes, *, mode: int) -> bool:
    """Write a file whole or not at all, unless it is there; tell whether this call wrote it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        # A link fails where the name is taken, so that of two at once exactly one wins.
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def _is_base64_key(value: str) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) >= SHORTEST
    except (binascii.Error, ValueError):
        return False


def _long_enough(text: str, where: str) -> str:
    if len(text) < SHORTEST:
        raise MasterKeyError(
            f"{where}: expected a key of at least {SHORTEST} random characters, or the path of a file holding one; "
            f"found {len(text)} characters."
        )
    return text
