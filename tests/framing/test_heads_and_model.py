import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from framing.encoders.encoder import load_encoder
from framing.errors import BingkaiError
from framing.learning.heads import Head, calibrate, fit_head
from framing.learning.training import sentence_groups, train_model
from framing.model import Model, read_model
from framing.scheme import read_codebook

RNG_SEED = 7


def _clouds(n: int = 60) -> tuple[np.ndarray, list[str]]:
    """Three clouds of points around (4, 0), (0, 4) and (-4, -4), with unit noise."""
    rng = np.random.default_rng(RNG_SEED)
    centres = {"a": (4, 0), "b": (0, 4), "c": (-4, -4)}
    points = [rng.normal(size=(n, 2)) + centre for centre in centres.values()]
    return np.vstack(points).astype(np.float32), [name for name in centres for _ in range(n)]


def _fit() -> Head:
    vectors, codes = _clouds()
    groups = [str(number) for number in range(len(codes))]
    return fit_head(vectors, codes, ("a", "b", "c"), groups=groups, seed=0)


def test_a_head_tells_clouds_apart() -> None:
    head = _fit()
    probabilities = head.probabilities(np.array([[4, 0], [0, 4], [-4, -4]], dtype=np.float32))
    np.testing.assert_array_equal(probabilities.argmax(axis=1), [0, 1, 2])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert head.cv_macro_f1 > 0.95


def test_probabilities_follow_the_logistic_formula() -> None:
    head = Head(
        values=("x", "y"), mean=np.array([1.0]), spread=np.array([2.0]),
        weights=np.array([[0.0], [3.0]]), bias=np.array([0.0, 1.0]),
        temperature=2.0, strength=1.0, cv_macro_f1=0.0,
    )  # fmt: skip
    # standardised (5 - 1) / 2 = 2; score of y is (3 * 2 + 1) / 2 = 3.5
    expected = np.exp(3.5) / (1 + np.exp(3.5))
    assert head.probabilities(np.array([[5.0]], dtype=np.float32))[0, 1] == pytest.approx(expected)


def test_two_values_are_enough() -> None:
    vectors, codes = _clouds()
    head = fit_head(
        vectors[:120], codes[:120], ("a", "b"), groups=[str(n) for n in range(120)], seed=0
    )
    assert head.weights.shape == (2, 2)
    assert head.probabilities(np.array([[0, 4]], dtype=np.float32)).argmax() == 1


def test_the_temperature_answers_to_noise() -> None:
    """With a third of the codes drawn anew, an honest head is less sure than on clean codes."""
    vectors, codes = _clouds()
    rng = np.random.default_rng(RNG_SEED)
    noisy = [str(rng.choice(["a", "b", "c"])) if rng.random() < 1 / 3 else code for code in codes]
    groups = [str(number) for number in range(len(codes))]
    blurred = fit_head(vectors, noisy, ("a", "b", "c"), groups=groups, seed=0)
    sure = _fit().probabilities(vectors).max(axis=1).mean()
    unsure = blurred.probabilities(vectors).max(axis=1).mean()
    assert unsure < sure - 0.1
    assert unsure == pytest.approx(1 - 2 / 9, abs=0.1)  # a third redrawn, two thirds of it wrong


def _plain_head(n_values: int) -> Head:
    return Head(
        values=tuple("abc"[:n_values]), mean=np.zeros(n_values), spread=np.ones(n_values),
        weights=np.eye(n_values), bias=np.zeros(n_values),
        temperature=1.0, strength=1.0, cv_macro_f1=0.0,
    )  # fmt: skip


def test_calibration_finds_the_sharpness_and_the_prior_that_were_put_in() -> None:
    """Codes follow P(b) = 0.8 e^x / (0.2 + 0.8 e^x); the scores say e^3x / (1 + e^3x)."""
    rng = np.random.default_rng(RNG_SEED)
    x = rng.normal(scale=2, size=20_000)
    truth = 0.8 * np.exp(x) / (0.2 + 0.8 * np.exp(x))
    target = (rng.random(len(x)) < truth).astype(int)
    scores = np.column_stack([np.zeros_like(x), 3 * x])
    head = calibrate(_plain_head(2), scores, target)
    assert head.temperature == pytest.approx(3, rel=0.05)
    vectors = scores.astype(np.float32)
    assert np.abs(head.probabilities(vectors)[:, 1] - truth).max() < 0.02


def test_calibrated_probabilities_have_the_mix_of_the_codes() -> None:
    """Likelihood is greatest where expected and observed counts agree, but for the small ridge."""
    rng = np.random.default_rng(RNG_SEED)
    scores = rng.normal(size=(300, 3))
    target = np.repeat([0, 1, 2], [240, 50, 10])
    head = calibrate(_plain_head(3), scores, target)
    expected = head.probabilities(scores.astype(np.float32)).sum(axis=0)
    np.testing.assert_allclose(expected, [240, 50, 10], atol=4)


def test_the_sentences_of_an_article_or_pair_are_one_group() -> None:
    table = pd.DataFrame(
        {"text": list("abcde"), "article_id": ["k1", "k1", "", "", ""],
         "pair_id": ["", "p1", "p1", "p1", ""]}
    )  # fmt: skip
    groups = sentence_groups(table).tolist()
    assert groups[0] == groups[1] != groups[2]
    assert groups[2] == groups[3]
    assert len(set(groups)) == 3
    assert sentence_groups(table[["text"]]).nunique() == 5


def _sentences() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text": [
                "Rudal itu jatuh di laut.", "Tank dikerahkan ke perbatasan.",
                "Meriam meletus sepanjang malam.", "Kapal perang mendekati pulau.",
                "Ekspor kopi naik tajam.", "Harga gandum turun lagi.",
                "Investasi pabrik baterai disetujui.", "Nilai tukar melemah tipis.",
            ],
            "frame": ["threat"] * 4 + ["economy"] * 4,
            "stance": [""] * 8,
        }
    )  # fmt: skip


def _train(sentences: pd.DataFrame, **options: object) -> Model:
    return train_model(sentences, read_codebook(), load_encoder(), name="tiny", **options)


def test_a_model_survives_the_disk(tmp_path: Path) -> None:
    model = _train(_sentences(), variables=["frame"])
    model.write(tmp_path / "m")
    again = read_model(tmp_path / "m")
    assert again.sha256 == model.sha256
    assert again.labeler == model.labeler
    vectors = load_encoder().encode(["Roket menghantam gudang."])
    np.testing.assert_array_equal(
        again.heads["frame"].probabilities(vectors), model.heads["frame"].probabilities(vectors)
    )


def test_a_model_is_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        _train(_sentences(), variables=["frame"]).write(tmp_path / name)
    for file in ("heads.npz", "model.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_model_with_code_inside_is_refused(tmp_path: Path) -> None:
    """A pickled object in the arrays must be refused, not run."""
    _train(_sentences(), variables=["frame"]).write(tmp_path / "m")
    arrays = dict(np.load(tmp_path / "m" / "heads.npz"))
    arrays["frame.mean"] = np.array([{"run": "me"}], dtype=object)
    np.savez(tmp_path / "m" / "heads.npz", **arrays)
    with pytest.raises(BingkaiError, match="damaged"):
        read_model(tmp_path / "m")


@pytest.mark.parametrize("file", ["heads.npz", "model.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04 broken"])
def test_a_damaged_model_is_named(tmp_path: Path, file: str, content: bytes) -> None:
    _train(_sentences(), variables=["frame"]).write(tmp_path / "m")
    (tmp_path / "m" / file).write_bytes(content)
    with pytest.raises(BingkaiError, match="damaged"):
        read_model(tmp_path / "m")


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BingkaiError, match="nowhere"):
        read_model(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="text"), "no column text; they have frame, stance"),
        (lambda table: table.rename(columns={"frame": "f", "stance": "s"}), "they have text, f, s"),
        (lambda table: table.assign(frame="treat"), "row 1: frame 'treat' is not in the codebook"),
        (lambda table: table.assign(frame="threat"), "frame: only 'threat' is coded"),
        (lambda table: table, "stance: nothing is coded"),
        (lambda table: table.assign(text=["Satu.", " "] * 4), "no text in row 2"),
        (
            lambda table: table.drop(columns="stance").assign(pair_id="p"),
            "the same in all rows",
        ),
        (lambda table: table[:5], "frame: 'economy' has one sentence"),
    ],
)
def test_bad_training_sentences_are_refused(change, message: str) -> None:
    with pytest.raises(BingkaiError) as caught:
        _train(change(_sentences()))
    assert message in str(caught.value)


def test_the_shipped_model_fits_the_shipped_codebook_and_sentences() -> None:
    from framing.model import default_model_path

    model, codebook = read_model(), read_codebook()
    assert set(model.heads) == {"frame", "stance", "sentiment"}
    for variable, head in model.heads.items():
        assert head.values == codebook.variable(variable).value_ids
    origin = json.loads((default_model_path() / "model.json").read_text())
    sentences = pd.read_csv(
        default_model_path().parent / "sentences.csv", dtype=str, keep_default_na=False
    )
    assert origin["n_training"] == len(sentences)
