"""F75, C73: a model file that is not exactly ours is refused, and nothing in it runs."""

import json
import pickle
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

from models import artefact
from models.daily_rhythm import DETECTOR, DailyRhythmModel
from tests.unit.models.synthetic_homes import Life, lived, morning_after, restless_nights


@pytest.fixture(scope="module")
def model() -> DailyRhythmModel:
    return DETECTOR.train({"r1": lived(Life(), 60, seed=1)}, morning_after(60))


@pytest.fixture(scope="module")
def stored(model: DailyRhythmModel) -> bytes:
    return model.to_bytes()


def test_a_round_trip_judges_alike(model: DailyRhythmModel, stored: bytes) -> None:
    again = DETECTOR.from_bytes(stored)
    life = lived(Life(), 75, seed=1, change=restless_nights(60))

    assert (again.manifest, again.residents, again.unlike, again.reference) == (
        model.manifest,
        model.residents,
        model.unlike,
        model.reference,
    )
    assert again.changes("r1", life, morning_after(74)) == model.changes("r1", life, morning_after(74)) != []


def test_a_model_of_too_few_days_for_the_pooled_detector_is_stored_too() -> None:
    young = DETECTOR.train({"r1": lived(Life(), 15, seed=1)}, morning_after(15))

    assert young.pooled is None
    assert DETECTOR.from_bytes(young.to_bytes()) == young


def test_f75_one_flipped_bit_anywhere_is_refused(stored: bytes) -> None:
    for position in [*range(64), *range(64, len(stored), len(stored) // 300), len(stored) - 1]:
        flipped = bytearray(stored)
        flipped[position] ^= 1 << position % 8

        with pytest.raises(ValueError, match=r"not a CareHub model|damaged"):
            DETECTOR.from_bytes(bytes(flipped))


def test_f75_a_truncated_or_lengthened_file_is_refused(stored: bytes) -> None:
    for other in [b"", stored[:10], stored[:48], stored[: len(stored) // 2], stored[:-1], stored + b"\0", stored * 2]:
        with pytest.raises(ValueError, match=r"not a CareHub model|damaged"):
            DETECTOR.from_bytes(other)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("sklearn", "1.8.0", "made by scikit-learn '1.8.0'"),
        ("skops", "0.1", "made by skops '0.1'"),
        ("version", "0", "made by version '0'"),
        ("detector", "other", "made by detector 'other'"),
        ("extra", 1, "manifest cannot be read"),
        ("zone", "Europe/Bø", "baselines cannot be read"),
    ],
)
def test_f75_another_library_or_detector_version_is_refused_with_the_reason(
    stored: bytes, field: str, value: object, reason: str
) -> None:
    files = _unzipped(stored)
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | {field: value}).encode()

    with pytest.raises(ValueError, match=reason):
        DETECTOR.from_bytes(_sealed(files))


class _Evil:
    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.trace,))


def test_c73_a_pickle_is_refused_and_does_not_run(tmp_path: Path, stored: bytes) -> None:
    trace = tmp_path / "it ran"
    evil = pickle.dumps(_Evil(trace))

    for attack in [
        evil,
        artefact.MAGIC + sha256(evil).digest() + evil,
        _sealed(_unzipped(stored) | {"estimator.skops": evil}),
    ]:
        with pytest.raises(ValueError, match=r"not a CareHub model|cannot be read|refused"):
            DETECTOR.from_bytes(attack)

    assert not trace.exists()


def test_c73_a_type_that_is_not_trusted_is_refused_and_does_not_run(tmp_path: Path, stored: bytes) -> None:
    trace = tmp_path / "it ran"
    evil = artefact._skops_io().dumps(_Evil(trace))
    trace.unlink(missing_ok=True)  # writing it may have made it; reading must not

    with pytest.raises(ValueError, match="estimator is refused"):
        DETECTOR.from_bytes(_sealed(_unzipped(stored) | {"estimator.skops": evil}))

    assert not trace.exists()


def test_c73_an_honest_estimator_of_another_kind_is_refused(stored: bytes) -> None:
    rows, dumps = np.zeros((30, 8)), artefact._skops_io().dumps
    other = dumps(LocalOutlierFactor(novelty=True).fit(rows).__dict__)
    forest = dumps(IsolationForest(n_estimators=2, random_state=0).fit(rows))

    with pytest.raises(ValueError, match="holds a dict, not a Pipeline"):
        DETECTOR.from_bytes(_sealed(_unzipped(stored) | {"estimator.skops": other}))
    with pytest.raises(ValueError, match=r"refused|holds a"):
        DETECTOR.from_bytes(_sealed(_unzipped(stored) | {"estimator.skops": forest}))


def test_c73_another_set_of_files_and_a_compressed_bomb_are_refused(stored: bytes) -> None:
    files = _unzipped(stored)

    for other in [files | {"run.py": b""}, {"manifest.json": files["manifest.json"]}, {}]:
        with pytest.raises(ValueError, match="other files"):
            DETECTOR.from_bytes(_sealed(other))
    with pytest.raises(ValueError, match="other files"):
        DETECTOR.from_bytes(_sealed(files | {"baselines.json": b" " * (1 << 20)}, zipfile.ZIP_DEFLATED))


def test_f75_baselines_that_are_no_numbers_are_refused(stored: bytes) -> None:
    for other in [
        b"",
        b"{}",
        b'{"residents": {"r1": {"company": 1}}, "unlike": 0, "reference": {}}',
        b'{"residents": {}, "unlike": NaN, "reference": {}}',
    ]:
        with pytest.raises(ValueError, match="baselines cannot be read"):
            DETECTOR.from_bytes(_sealed(_unzipped(stored) | {"baselines.json": other}))


def _unzipped(stored: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(stored[len(artefact.MAGIC) + 32 :])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _sealed(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return artefact.MAGIC + sha256(buffer.getvalue()).digest() + buffer.getvalue()
