"""Build the encoder's computation as ONNX graphs, with 8-bit weights by output channel.

The graphs, each a few layers, take one sentence in turn (no padding, so no mask), and the last
returns the mean over its tokens. Activations are quantised on the fly over that one sentence, so
a sentence's vector depends on nothing but the sentence.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from framing.encoders.adapter import Adapter
from framing.encoders.weights import Weights

_LAYERS = 3  # of a graph: 5 MB of weights, which stay in the processor's cache
_OWN = "com.microsoft"  # onnxruntime's own operations
_OPSETS = (helper.make_opsetid("", 20), helper.make_opsetid(_OWN, 1))
_IR_VERSION = 10
_STATE = "state"


def build_sessions(
    weights: Weights, *, adapter: Adapter | None = None
) -> list[onnxruntime.InferenceSession]:
    """Return single-threaded sessions, to be run one after the other.

    Each takes the states of a sentence's tokens, ``state`` (n_tokens, hidden), and returns them;
    the last returns their mean, (hidden,). Let several sentences go through a session before the
    next one begins: its weights then come from memory once for all of them.
    """
    signed = signed_products_are_exact()
    layers = range(weights.n_layers)
    parts = [layers[start : start + _LAYERS] for start in layers[::_LAYERS]]
    return [_session(_Graph(weights, adapter, signed=signed).model(part)) for part in parts]


def signed_products_are_exact() -> bool:
    """Tell whether this processor multiplies unsigned by signed bytes without saturation.

    Older x86 processors (AVX2 without VNNI) add two such products in 16 bits and cut the sum off.
    There the weights are stored unsigned: slower, but with the same exact integers. What still
    hangs on the machine are last bits of floats, which turn about one label in a hundred.
    """
    row = np.full((1, 64), 255, dtype=np.uint8)
    column = np.full((64, 16), 127, dtype=np.int8)
    node = helper.make_node("MatMulInteger", ["a", "b"], ["c"])
    graph = helper.make_graph(
        [node],
        "probe",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, [1, 64])],
        [helper.make_tensor_value_info("c", TensorProto.INT32, [1, 16])],
        [numpy_helper.from_array(column, "b")],
    )
    model = helper.make_model(graph, opset_imports=_OPSETS, ir_version=_IR_VERSION)
    (product,) = _session(model).run(None, {"a": row})
    return bool(np.all(product == 64 * 255 * 127))


def _session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


class _Graph:
    """Collects nodes and constants of some layers (BERT, normalised after each of its steps)."""

    def __init__(self, weights: Weights, adapter: Adapter | None, *, signed: bool) -> None:
        self._weights = weights
        self._adapter = adapter
        self._signed = signed
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def model(self, layers: range) -> onnx.ModelProto:
        hidden = self._weights.hidden
        state = _STATE if layers.start else self._normalise(_STATE, "emb.ln")
        for layer in layers:
            state = self._layer(state, f"l{layer}")
        shape: list[str | int] = ["n_tokens", hidden]
        if layers.stop == self._weights.n_layers:
            axis = self._constant("token_axis", np.array([0], dtype=np.int64))
            state = self._add("ReduceMean", [state, axis], "pooled", keepdims=0)
            shape = [hidden]
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small",
            [helper.make_tensor_value_info(_STATE, TensorProto.FLOAT, ["n_tokens", hidden])],
            [helper.make_tensor_value_info(state, TensorProto.FLOAT, shape)],
            self._constants,
        )
        return helper.make_model(graph, opset_imports=_OPSETS, ir_version=_IR_VERSION)

    def _layer(self, state: str, name: str) -> str:
        attended = self._linear(self._attention(state, name), [f"{name}.ao"])
        state = self._normalise(self._add("Add", [state, attended], f"{name}.sum1"), f"{name}.aln")
        inner = self._add("Gelu", [self._linear(state, [f"{name}.fi"])], f"{name}.gelu")
        outer = self._linear(inner, [f"{name}.fo"])
        return self._normalise(self._add("Add", [state, outer], f"{name}.sum2"), f"{name}.oln")

    def _attention(self, state: str, name: str) -> str:
        n_heads = self._weights.n_heads
        size = self._weights.hidden // n_heads
        split_heads = self._constant(f"{name}.split", np.array([0, 3, n_heads, size]))
        join_heads = self._constant(f"{name}.join", np.array([-1, n_heads * size]))
        scale = self._constant(f"{name}.scale", np.array(size**-0.5, dtype=np.float32))
        projected = self._linear(state, [f"{name}.q", f"{name}.k", f"{name}.v"])
        heads = self._add("Reshape", [projected, split_heads], f"{name}.heads")
        stacked = self._add("Transpose", [heads], f"{name}.stacked", perm=[1, 2, 0, 3])
        parts = [f"{name}.query", f"{name}.key", f"{name}.value"]
        self._nodes.append(helper.make_node("Split", [stacked], parts, axis=0, num_outputs=3))
        query = self._add("Mul", [parts[0], scale], f"{name}.scaled")
        key = self._add("Transpose", [parts[1]], f"{name}.key_t", perm=[0, 1, 3, 2])
        scores = self._add("MatMul", [query, key], f"{name}.scores")
        shares = self._add("Softmax", [scores], f"{name}.shares", axis=-1)
        mixed = self._add("MatMul", [shares, parts[2]], f"{name}.mixed")
        tokens = self._add("Transpose", [mixed], f"{name}.tokens", perm=[0, 2, 1, 3])
        return self._add("Reshape", [tokens, join_heads], f"{name}.context")

    def _linear(self, state: str, names: list[str]) -> str:
        """Multiply the states, in 8 bits, by matrices side by side, and add their biases."""
        out = names[0] + ".linear"
        matrix = np.concatenate([self._matrix(f"{name}.w") for name in names]).T
        bias = np.concatenate([self._weights.arrays[f"{name}.b"] for name in names])
        scale = np.abs(matrix).max(axis=0) / np.float32(127)
        codes = np.round(matrix / scale)
        zero = np.zeros(matrix.shape[1])
        if self._signed:
            stored, zero_point = codes.astype(np.int8), zero.astype(np.int8)
        else:
            stored, zero_point = (codes + 128).astype(np.uint8), (zero + 128).astype(np.uint8)
        inputs = [
            state,
            self._constant(f"{out}.w", stored),
            self._constant(f"{out}.w_scale", scale),
            self._constant(f"{out}.w_zero", zero_point),
            self._constant(f"{out}.bias", bias),
        ]
        return self._add("DynamicQuantizeMatMul", inputs, out, domain=_OWN)

    def _matrix(self, name: str) -> npt.NDArray[np.float32]:
        matrix = self._weights.matrices[name].rows(slice(None))
        change = self._adapter.change(name) if self._adapter is not None else None
        return matrix if change is None else matrix + change

    def _normalise(self, state: str, name: str) -> str:
        gain = self._constant(f"{name}.gain", self._weights.arrays[f"{name}.w"])
        bias = self._constant(f"{name}.bias", self._weights.arrays[f"{name}.b"])
        return self._add(
            "LayerNormalization", [state, gain, bias], f"{name}.out", epsilon=self._weights.epsilon
        )

    def _constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output
