"""A trained model as bytes, without pickle, refused whole at the slightest doubt (F75, C73).

A first line, the SHA-256 of the rest (32 bytes), and a zip archive, stored and not compressed, of
``manifest.json`` (what made it, when, with which library), ``baselines.json`` and perhaps
``estimator.skops``. The digest finds flipped bits; it is no signature. Against a file made with ill intent
stand the skops reader with `TRUSTED`, and a check of the type that comes out.
"""

import zipfile
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
import sklearn
import skops

MAGIC = b"CAREHUB-MODEL-1\n"
LARGEST = 64 << 20
"""Bytes; the largest that we have made is below one MB per thousand rows."""

TRUSTED: list[str] = []
"""Types beyond those that skops itself knows. None: a brute-force LocalOutlierFactor in a pipeline needs none."""

_NAMES = ({"manifest.json", "baselines.json"}, {"manifest.json", "baselines.json", "estimator.skops"})


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a model comes from.

    Attributes:
        trained_at: ISO 8601, UTC.
        data_hash: SHA-256 over what it was trained on, so that two models can be told to be of the same data.
        first_day, last_day: The days that it was trained on, ISO 8601.
    """

    detector: str
    version: str
    zone: str
    trained_at: str
    residents: int
    data_hash: str
    first_day: str
    last_day: str
    sklearn: str = sklearn.__version__
    skops: str = skops.__version__
    numpy: str = np.__version__


def pack(manifest: Manifest, baselines: bytes, estimator: Any | None) -> bytes:
    """The container's bytes."""
    files = {"manifest.json": msgspec.json.encode(manifest), "baselines.json": baselines}
    if estimator is not None:
        files["estimator.skops"] = _skops_io().dumps(estimator)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # ZipInfo: a fixed date
    body = buffer.getvalue()
    return MAGIC + sha256(body).digest() + body


def unpack(
    stored: bytes, *, detector: str, version: str, kind: type, trusted: Sequence[str] = ()
) -> tuple[Manifest, bytes, Any | None]:
    """What `pack` was given; the estimator is None or exactly a `kind`.

    Args:
        stored: The container's bytes.
        detector: Whose it must be.
        version: Which it must be of.
        kind: The estimator's type.
        trusted: Types that the detector itself looks through after reading.

    Raises:
        ValueError: Anything else, with the reason: not ours, damaged, too large, another detector's or
            version's, another library version's, or holding a type that is not trusted.
    """
    files = _files(stored)
    try:
        manifest = msgspec.json.decode(files["manifest.json"], type=Manifest)
    except msgspec.MsgspecError as error:
        raise ValueError(f"the model's manifest cannot be read: {error}") from error
    for what, theirs, ours in (
        ("detector", manifest.detector, detector),
        ("version", manifest.version, version),
        ("scikit-learn", manifest.sklearn, sklearn.__version__),
        ("skops", manifest.skops, skops.__version__),
        ("numpy", manifest.numpy, np.__version__),
    ):
        if theirs != ours:
            raise ValueError(f"the model was made by {what} {theirs!r}, this is {ours!r}: train again")
    return manifest, files["baselines.json"], _estimator(files.get("estimator.skops"), kind, [*TRUSTED, *trusted])


def _skops_io() -> Any:
    """Loaded with the first estimator: it looks through all of scikit-learn for what it trusts, which takes seconds."""
    from skops import io  # noqa: PLC0415 - as above

    return io


def _files(stored: bytes) -> dict[str, bytes]:
    body = stored[len(MAGIC) + 32 :]
    if not stored.startswith(MAGIC) or len(stored) > LARGEST:
        raise ValueError("not a CareHub model")
    if sha256(body).digest() != stored[len(MAGIC) : len(MAGIC) + 32]:
        raise ValueError("the model is damaged: its digest does not fit")
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            entries = archive.infolist()
            names = [entry.filename for entry in entries]
            stored_plain = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)  # no bombs
            if set(names) not in _NAMES or len(names) != len(set(names)) or not stored_plain:
                raise ValueError("the model holds other files than a model does")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"the model's archive cannot be read: {error}") from error


def _estimator(content: bytes | None, kind: type, trusted: list[str]) -> Any | None:
    if content is None:
        return None
    try:
        estimator = _skops_io().loads(content, trusted=trusted)
    except (
        TypeError, ValueError, LookupError, AttributeError, ImportError, EOFError, OSError, ArithmeticError,
        RuntimeError, zipfile.BadZipFile,
    ) as error:  # fmt: skip
        raise ValueError(f"the model's estimator is refused: {error}") from error
    if type(estimator) is not kind:
        raise ValueError(f"the model holds a {type(estimator).__name__}, not a {kind.__name__}")
    return estimator
