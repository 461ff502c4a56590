from pathlib import Path

import numpy as np
import pytest

from framing.encoders.adapter import Adapter
from framing.encoders.encoder import E5Encoder, load_encoder
from framing.errors import BingkaiError
from framing.model import read_model

TEXT = "Utusan itu pulang tanpa hasil."


def _adapter(size: float, *, name: str = "l0.q.w") -> Adapter:
    """One change of rank two: the first row gets `size`, the second row minus `size`."""
    up = np.zeros((384, 2), dtype=np.float16)
    up[0, 0], up[1, 1] = size, -size
    return Adapter({name: np.ones((2, 384), dtype=np.float16)}, {name: up})


def test_a_change_is_the_product_of_its_factors() -> None:
    change = _adapter(0.5).change("l0.q.w")
    assert change is not None
    assert change.shape == (384, 384)
    assert change[0].tolist() == [0.5] * 384
    assert change[1].tolist() == [-0.5] * 384
    assert not change[2:].any()
    assert _adapter(0.5).change("l0.k.w") is None


def test_an_adapter_survives_its_arrays() -> None:
    adapter = _adapter(0.25)
    assert Adapter.from_arrays(adapter.arrays()).sha256 == adapter.sha256


def test_another_change_has_another_hash() -> None:
    hashes = {_adapter(0.25).sha256, _adapter(0.5).sha256, _adapter(0.5, name="l1.q.w").sha256}
    assert len(hashes) == 3


def test_half_an_adapter_is_refused() -> None:
    arrays = _adapter(0.25).arrays()
    del arrays["l0.q.w.up"]
    with pytest.raises(ValueError, match="both factors"):
        Adapter.from_arrays(arrays)


def test_an_adapter_changes_the_vectors_and_the_name() -> None:
    plain, changed = load_encoder(), load_encoder(adapter=_adapter(0.5))
    assert plain.name != changed.name
    assert changed.name.startswith(plain.name)
    assert np.abs(plain.encode([TEXT]) - changed.encode([TEXT])).max() > 1e-4


def test_an_adapter_of_nothing_changes_nothing() -> None:
    nothing = E5Encoder(adapter=_adapter(0.0)).encode([TEXT])
    np.testing.assert_array_equal(nothing, load_encoder().encode([TEXT]))


def test_the_same_adapter_is_loaded_once() -> None:
    assert load_encoder(adapter=_adapter(0.5)) is load_encoder(adapter=_adapter(0.5))


def test_a_model_whose_adapter_was_changed_is_refused(tmp_path: Path) -> None:
    model = read_model()
    assert model.adapter is not None
    model.write(tmp_path / "m")
    arrays = dict(np.load(tmp_path / "m" / "adapter.npz"))
    arrays["l0.q.w.up"] = arrays["l0.q.w.up"] + np.float16(1)
    np.savez(tmp_path / "m" / "adapter.npz", **arrays)
    with pytest.raises(BingkaiError, match="damaged"):
        read_model(tmp_path / "m")
