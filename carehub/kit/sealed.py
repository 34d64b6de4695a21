"""Files sealed for a key that is not here, as age does it (https://age-encryption.org/v1).

The library holds every other thread while it works, four seconds for each gigabyte: a process of its own seals. Each
file is sealed for its owner and for a key that this process draws and forgets, with which it reads the file through
once: so a seal is proven without the owner's key.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from carehub.kit.child import be_modest, beside

WITHIN_S = 4 * 3600
_MEMORY, _CPU_S = 512 * 1024**2, 3600
_LESS_URGENT = 10


class NotSealed(Exception):
    """The file could not be sealed, or not be opened; in words."""


def new_key() -> tuple[str, str]:
    """A key and its public half, as age writes them."""
    import pyrage  # noqa: PLC0415 - no hub that seals nothing need load it

    key = pyrage.x25519.Identity.generate()
    return str(key), str(key.to_public())


def is_public_half(text: str) -> bool:
    """Whether something can be sealed for it."""
    import pyrage  # noqa: PLC0415

    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


async def seal(source: Path, target: Path, public_half: str) -> None:
    """Seal a file, read it through, and make it durable.

    Raises:
        NotSealed: It could not be; what `target` then holds is worth nothing.
    """
    job = {"source": str(source), "target": str(target), "for": public_half}
    try:
        async with beside("carehub.kit.sealed", WITHIN_S) as child:
            said, _ = await child.communicate(json.dumps(job).encode())
    except TimeoutError as error:
        raise NotSealed(f"not within {WITHIN_S} s") from error
    if child.returncode or said:
        raise NotSealed(said.decode(errors="replace").strip() or f"the process ended with {child.returncode}")


def unseal(source: Path, target: Path, key: str) -> None:
    """Open a sealed file here and now, with the owner's key.

    Raises:
        NotSealed: It is for another key, was cut or changed, or the key cannot be read.
    """
    import pyrage  # noqa: PLC0415

    try:
        pyrage.decrypt_file(str(source), str(target), [pyrage.x25519.Identity.from_str(key)])
    except (pyrage.IdentityError, pyrage.DecryptError, OSError) as error:
        target.unlink(missing_ok=True)
        raise NotSealed(str(error)) from error


class _Sum:
    """What is written into it is only summed up."""

    def __init__(self) -> None:
        self.sum = hashlib.sha256()

    def write(self, part: bytes) -> int:
        self.sum.update(part)
        return len(part)

    def flush(self) -> None:
        """There is nothing to keep."""


def _sealed(source: Path, target: Path, public_half: str) -> None:
    import pyrage  # noqa: PLC0415

    forgotten, proof = pyrage.x25519.Identity.generate(), _Sum()
    owner = pyrage.x25519.Recipient.from_str(public_half)
    pyrage.encrypt_file(str(source), str(target), [owner, forgotten.to_public()])
    with target.open("rb") as written:
        os.fsync(written.fileno())
        pyrage.decrypt_io(written, proof, [forgotten])
    with source.open("rb") as read:
        if hashlib.file_digest(read, "sha256").digest() != proof.sum.digest():
            raise NotSealed("what was sealed is not what can be read of it")


def main() -> None:
    """The process; what it says is what went wrong."""
    job: dict[str, Any] = json.load(sys.stdin.buffer)
    be_modest(_LESS_URGENT, _MEMORY, _CPU_S)
    try:
        _sealed(Path(job["source"]), Path(job["target"]), job["for"])
    except Exception as error:  # noqa: BLE001 - all that a disk or the library may raise is told by whoever asked
        sys.stdout.write(f"{type(error).__name__}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
