"""Speed, memory and size of encoders: the shipped ones, and the shapes of IndoBERT's family.

    PYTHONPATH=. python benchmarks/encoders.py --rounds 3

Each encoder is measured in a process of its own. Seconds are those of one processor's work, so that
what else runs on the machine counts little; n processors do about n times as much. The family has
its architecture and its numbers of layers and pieces, but random weights, which are as fast and as
large as trained ones; sentences become random ids, 1.4 a word. Memory is the process's peak less
that of an empty one with the same imports. The family is left out where torch and transformers are
not installed.
"""

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from framing.encoders.weights import weights_path
from framing.learning.training import default_training_path
from framing.model import default_model_path, model_encoder, read_model
from framing.tables import read_table

_BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
         "intermediate_size": 3072}  # fmt: skip
_LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
          "intermediate_size": 4096}  # fmt: skip
_BART = {f"{part}_{what}": n for part in ("encoder", "decoder")
         for what, n in (("layers", 6), ("ffn_dim", 3072), ("attention_heads", 12))}  # fmt: skip
FAMILY = {
    "IndoBERT-base": ("bert", {"vocab_size": 50_000, **_BASE}),
    "IndoBERT-large": ("bert", {"vocab_size": 30_522, **_LARGE}),
    "IndoBERT-lite-base": ("albert", {"vocab_size": 30_000, "embedding_size": 128, **_BASE}),
    "IndoBERT-lite-large": ("albert", {"vocab_size": 30_000, "embedding_size": 128, **_LARGE}),
    "IndoBART (encoder)": ("mbart", {"vocab_size": 40_004, "d_model": 768, **_BART}),
    "IndoGPT": ("gpt2", {"vocab_size": 40_005, "bos_token_id": 0, "eos_token_id": 2}),
}
SHIPPED = ("fast", "e5-small")
N_SENTENCES = {"fast": 8000, "e5-small": 400}
N_SLOW = 60
_MIB = 2**20


def load_shipped(name: str) -> tuple[Callable[[list[str]], object], float]:
    """Return the vectors of a shipped encoder, and its size in MiB."""
    folder = default_model_path(name)
    size = sum(path.stat().st_size for path in folder.iterdir())
    size += weights_path().stat().st_size if name == "e5-small" else 0
    return model_encoder(read_model(encoder=name)).encode, size / _MIB


def load_shape(name: str) -> tuple[Callable[[list[str]], object], float]:
    """Return the vectors of a transformer with random weights, and the size of its weights."""
    import numpy as np
    from transformers import AutoConfig, AutoModel

    from framing.encoders.checkpoint import reading_part
    from framing.encoders.transformer import TransformerEncoder

    class Shapes:
        """Stands for the tokenizer: as many ids as the real one would give."""

        def digest(self) -> bytes:
            return b""

        def ids(self, text: str) -> list[int]:
            length = max(4, int(1.4 * len(text.split())) + 2)
            return np.random.default_rng(0).integers(5, 30_000, size=length).tolist()

    kind, sizes = FAMILY[name]
    network = reading_part(AutoModel.from_config(AutoConfig.for_model(kind, **sizes)))
    size = sum(array.nbytes for array in network.body.state_dict().values())
    return TransformerEncoder([network], Shapes(), name=name).encode, size / _MIB


def peak() -> float:
    """Return the most memory that this process has held, in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (_MIB if sys.platform == "darwin" else 1024)


def measure(name: str, rounds: int) -> dict[str, float]:
    """Measure one encoder in this process."""
    texts = read_table(default_training_path())["text"]
    sample = texts.sample(N_SENTENCES.get(name, N_SLOW), random_state=0).tolist()
    if name not in SHIPPED:
        import torch  # noqa: F401 (imported before the empty process is measured)
        import transformers  # noqa: F401
    empty = peak()
    encode, size = load_shipped(name) if name in SHIPPED else load_shape(name)
    encode(sample[:8])
    speeds = []
    for _ in range(rounds):
        start = time.process_time()
        encode(sample)
        speeds.append(len(sample) / (time.process_time() - start))
    return {
        "speed": statistics.median(speeds), "lowest": min(speeds), "highest": max(speeds),
        "memory": peak() - empty, "size": size,
    }  # fmt: skip


def main() -> None:
    """Print a line for each encoder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measure(options.only, options.rounds)))
        return
    names = [*SHIPPED]
    if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
        names += FAMILY
    else:
        print("IndoBERT's family is left out: the extra is not installed", file=sys.stderr)
    print(f"{'':<22}{'per second':>12}{'lowest':>10}{'highest':>10}{'MiB held':>10}{'MiB':>8}")
    for name in names:
        command = [sys.executable, __file__, "--rounds", str(options.rounds), "--only", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        row = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{name:<22}{row['speed']:>12,.0f}{row['lowest']:>10,.0f}{row['highest']:>10,.0f}"
            f"{row['memory']:>10,.0f}{row['size']:>8,.0f}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
