"""Fine-tuning: it learns, stops, goes on where it was cut off, and its result labels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from indobert.checkpoints import KINDS, coded_sentences
from torch.nn import functional

from framing.encoders.checkpoint import load_checkpoint
from framing.encoders.transformer import load_transformer
from framing.errors import BingkaiError
from framing.labeling import label_sentences
from framing.learning.classifier import (
    Classifier,
    FineTuning,
    Lessons,
    Step,
    Task,
    begin_classifier,
    make_optimiser,
    run_epoch,
)
from framing.learning.finetuning import finetune_model
from framing.learning.resumption import Score
from framing.learning.training import hold_out
from framing.model import Model, model_encoder, read_model
from framing.scheme import read_codebook

CODEBOOK = read_codebook()
TABLE = coded_sentences()
TINY = FineTuning(epochs=4, rate=3e-3, head_rate=1e-2, batch_size=8)
NEW = pd.DataFrame(
    {"sentence_id": ["a", "b"], "text": ["Rudal jatuh di laut", "Harga gandum naik tajam"]}
)


def finetune(checkpoint: Path, work: Path, **options: object) -> Model:
    settings = {"recipe": TINY, **options}
    return finetune_model(TABLE, CODEBOOK, str(checkpoint), name="tiny", work=work, **settings)  # type: ignore[arg-type]


def frames(model: Model) -> pd.DataFrame:
    labels = label_sentences(NEW, model, CODEBOOK, model_encoder(model)).labels
    return labels[labels["variable"] == "frame"]


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_steps_lower_the_loss_and_a_written_model_scores_the_same(
    kind: str, checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    steps: list[Step] = []
    recipe = replace(TINY, patience=9)
    model = finetune(
        checkpoints[kind], tmp_path / "work", variables=["frame"], recipe=recipe,
        report=steps.append,
    )  # fmt: skip
    assert len(steps) >= 20
    assert [step.step for step in steps] == list(range(1, steps[0].n_steps + 1))
    assert steps[-1].loss < 0.5 * steps[0].loss
    vectors = model_encoder(model).encode(NEW["text"].tolist())
    model.write(tmp_path / "model")
    again = read_model(tmp_path / "model")
    assert again.sha256 == model.sha256
    np.testing.assert_array_equal(
        again.heads["frame"].scores(model_encoder(again).encode(NEW["text"].tolist())),
        model.heads["frame"].scores(vectors),
    )
    assert frames(again)["value"].tolist() == ["threat", "economy"]


def test_the_result_is_safetensors_json_and_arrays(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    """And the tokenizer: for IndoNLG, its pieces."""
    finetune(checkpoints["mbart"], tmp_path / "work").write(tmp_path / "model")
    endings = {path.suffix for path in (tmp_path / "model").rglob("*") if path.is_file()}
    assert endings == {".safetensors", ".json", ".npz", ".model"}


def test_each_variable_has_a_network_and_a_head_that_sees_it_alone(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    both = finetune(checkpoints["bert"], tmp_path / "both")
    alone = finetune(checkpoints["bert"], tmp_path / "alone", variables=["sentiment"])
    texts = NEW["text"].tolist()
    encoder = model_encoder(both)
    assert encoder.dimension == 2 * 16
    vectors = encoder.encode(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(
        both.heads["sentiment"].scores(vectors),
        alone.heads["sentiment"].scores(model_encoder(alone).encode(texts)),
        rtol=1e-4,
        atol=1e-4,
    )


class Cut(Exception):  # noqa: N818 (no error of ours)
    """Stands for a machine that goes off."""


@pytest.mark.parametrize("when", [("frame", 9), ("frame", 20), ("sentiment", 1), ("sentiment", 14)])
def test_cut_off_and_begun_again_it_ends_in_the_same_model(
    when: tuple[str, int], checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    recipe = replace(TINY, n_seeds=2, epochs=2)
    whole = finetune(checkpoints["bert"], tmp_path / "whole", recipe=recipe)
    seen: list[str] = []

    def cut(step: Step) -> None:
        seen.append(step.task)
        if sum(task.startswith(when[0]) for task in seen) == when[1]:
            raise Cut

    with pytest.raises(Cut):
        finetune(checkpoints["bert"], tmp_path / "work", recipe=recipe, report=cut)
    rest: list[str] = []
    resumed = finetune(
        checkpoints["bert"], tmp_path / "work", recipe=recipe,
        report=lambda step: rest.append(step.task),
    )  # fmt: skip
    assert resumed.sha256 == whole.sha256
    n_steps = 2 * 2 * 2 * 6  # variables, seeds, epochs, steps an epoch
    assert n_steps - len(seen) <= len(rest) < n_steps - len(seen) + 6 + 1


def test_another_training_is_not_mixed_into_what_is_half_done(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    finetune(checkpoints["bert"], tmp_path / "work", variables=["frame"])
    with pytest.raises(BingkaiError, match="another training was begun there"):
        finetune(checkpoints["bert"], tmp_path / "work", variables=["frame"], seed=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(BingkaiError, match="another training"):
        finetune(checkpoints["bert"], tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "x"


def test_the_same_seed_trains_the_same_model_and_leaves_torchs_own_seed_alone(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    torch.manual_seed(5)
    drawn = torch.rand(3)
    torch.manual_seed(5)
    models = [
        finetune(checkpoints["gpt2"], tmp_path / str(n), variables=["frame"], seed=seed)
        for n, seed in enumerate((3, 3, 4))
    ]
    assert models[0].sha256 == models[1].sha256 != models[2].sha256
    assert torch.equal(torch.rand(3), drawn)


def give_scores(monkeypatch: pytest.MonkeyPatch, scores: list[Score]) -> list[torch.Tensor]:
    """Let classifiers have these scores, in turn; return the weights that each was given for."""
    given, kept = iter(scores), list[torch.Tensor]()

    def score(self: Classifier, lessons: Lessons) -> Score:
        kept.append(self.head.weight.detach().clone())
        return next(given)

    monkeypatch.setattr(Classifier, "score", score)
    return kept


def test_training_stops_when_nothing_gets_better(
    checkpoints: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better, worse, better, then worse twice: five epochs of twenty, and the third is kept."""
    scores = [(0.2, -1.0), (0.1, -1.0), (0.3, -1.0), (0.3, -1.0), (0.1, -1.0)]
    kept = give_scores(monkeypatch, scores)
    model = finetune(
        checkpoints["bert"], tmp_path / "work", variables=["frame"],
        recipe=replace(TINY, epochs=20, patience=2),
    )  # fmt: skip
    assert len(kept) == 5
    np.testing.assert_array_equal(model.heads["frame"].weights, kept[2].numpy())


def test_of_several_seeds_the_best_is_kept(
    checkpoints: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = [(0.5, -1.0), (0.9, -1.0), (0.9, -2.0)]
    kept = give_scores(monkeypatch, scores)
    model = finetune(
        checkpoints["bert"], tmp_path / "work", variables=["frame"],
        recipe=replace(TINY, epochs=1, n_seeds=3),
    )  # fmt: skip
    np.testing.assert_array_equal(model.heads["frame"].weights, kept[1].numpy())


def test_what_scores_was_never_seen(
    checkpoints: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Articles held out train nothing and do not say when to stop."""
    parts: dict[str, set[tuple[int, ...]]] = {"train": set(), "stop": set()}
    score = Classifier.score

    def watch(self: Classifier, lessons: Lessons) -> Score:
        parts["stop"] |= {tuple(ids) for ids in lessons.tokens}
        return score(self, lessons)

    def train(classifier: Classifier, optimiser: object, task: Task, *rest: object, **at: object):  # type: ignore[no-untyped-def]
        parts["train"] |= {tuple(ids) for ids in task.lessons.tokens}
        return run_epoch(classifier, optimiser, task, *rest, **at)  # type: ignore[arg-type]

    monkeypatch.setattr(Classifier, "score", watch)
    monkeypatch.setattr("framing.learning.finetuning.run_epoch", train)
    finetune(checkpoints["bert"], tmp_path / "work", variables=["frame"])
    test = hold_out(TABLE, TINY.held_out, seed=0)
    tokens = load_checkpoint(checkpoints["bert"]).tokens
    ids = TABLE["text"].map(tokens.ids).map(tuple)
    articles = {name: set(TABLE["article_id"][ids.isin(seen)]) for name, seen in parts.items()}
    articles["test"] = set(TABLE["article_id"][test])
    assert all(articles.values())
    assert not articles["train"] & articles["stop"]
    assert not articles["test"] & (articles["train"] | articles["stop"])


def test_rare_values_weigh_more(checkpoints: dict[str, Path]) -> None:
    """By hand: nine to one, full balance: weights 5/9 and 5; the first loss is their mean."""
    found = load_checkpoint(checkpoints["bert"])
    tokens = [found.tokens.ids(text) for text in TABLE["text"][:10]]
    target = np.array([0] * 9 + [1])
    recipe = FineTuning(balance=1.0, batch_size=10, dropout=0.0, rate=0.0, head_rate=0.0)
    task = Task("frame", 2, Lessons(tokens, target), Lessons(tokens, target))
    classifier = begin_classifier(found.network, task, recipe, seed=0)
    for module in classifier.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    step = next(run_epoch(classifier, make_optimiser(classifier, recipe), task, recipe, at=(0, 0)))
    vectors = 20 * torch.from_numpy(classifier.vectors(tokens))
    with torch.inference_mode():
        losses = functional.cross_entropy(
            classifier.head(vectors), torch.from_numpy(target), reduction="none"
        ).numpy()
    weights = np.where(target == 0, 5 / 9, 5.0)
    assert step.loss == pytest.approx(float((weights * losses).sum() / weights.sum()), rel=1e-4)


def test_sentences_of_too_few_articles_are_refused(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    few = TABLE[TABLE["article_id"].isin(["a0", "a1"])]
    with pytest.raises(BingkaiError, match="held out"):
        finetune_model(
            few, CODEBOOK, str(checkpoints["bert"]), name="x", work=tmp_path / "w", recipe=TINY
        )


def test_a_network_that_was_changed_is_refused(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    finetune(checkpoints["bert"], tmp_path / "w", variables=["frame"]).write(tmp_path / "m")
    weights = tmp_path / "m" / "networks" / "frame" / "model.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(bytes(changed))
    with pytest.raises(BingkaiError, match="not the file that was trained"):
        model_encoder(read_model(tmp_path / "m"))


def test_a_model_over_another_leaves_no_network_behind(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    finetune(checkpoints["bert"], tmp_path / "w").write(tmp_path / "m")
    finetune(checkpoints["bert"], tmp_path / "v", variables=["frame"]).write(tmp_path / "m")
    assert frames(read_model(tmp_path / "m"))["value"].tolist() == ["threat", "economy"]
    assert not (tmp_path / "m" / "networks" / "sentiment" / "model.safetensors").exists()
    assert load_transformer(str(checkpoints["bert"])).dimension == 16
