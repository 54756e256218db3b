"""Turn BlazePose's TFLite files into the ONNX files that `bozzetto.rigging` ships.

Run once, when the networks change: `python tools/convert_pose_networks.py FOLDER`, with the folder
that holds `pose_detection.tflite` and `pose_landmark_full.tflite` of the wheel mediapipe 0.10.21
(Apache-2.0). Needs `pip install tflite onnx`, and `ai-edge-litert onnxruntime` for the comparison
at the end. Only the operators these two files use are known. Weights stay 16-bit, as they come;
outputs nobody reads (segmentation, 3D in metres) are cut off together with what computes them.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

_TARGET = Path(__file__).parents[1] / "src" / "bozzetto" / "rigging" / "weights"
_NETWORKS = {
    "pose_detection": ("Identity", "Identity_1"),
    "pose_landmark_full": ("Identity", "Identity_1", "Identity_3"),
}
_NUMPY = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
_CHANNELS_FIRST, _CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


@dataclass(frozen=True, kw_only=True)
class _Step:
    """One operator: what it reads and what it makes."""

    op: "tflite.Operator"
    inputs: list[int]
    """Indices of tensors."""
    out: str
    """Name of the result."""
    result: int
    """Index of the result."""


class Converter:
    """One graph on its way; every tensor keeps TFLite's layout, rows x columns x channels."""

    def __init__(self, data: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, np.ndarray] = {}
        self.constants: dict[int, np.ndarray] = {}
        for index in range(self.graph.TensorsLength()):
            self._read_constant(index)

    def convert(self, outputs: tuple[str, ...]) -> onnx.ModelProto:
        """Convert every operator and keep what the named outputs need."""
        for index in range(self.graph.OperatorsLength()):
            self._operator(self.graph.Operators(index))
        wanted, kept = set(outputs), []
        for node in reversed(self.nodes):
            if wanted & set(node.output):
                kept.append(node)
                wanted |= set(node.input)
        values = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, self._shape_of(name))
            for name in ("input_1", *outputs)
        ]
        tensors = [numpy_helper.from_array(w, n) for n, w in self.weights.items() if n in wanted]
        graph = helper.make_graph(kept[::-1], "blazepose", values[:1], values[1:], tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.checker.check_model(model, full_check=True)
        return model

    def _read_constant(self, index: int) -> None:
        tensor = self.graph.Tensors(index)
        raw = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
        if isinstance(raw, int) or len(raw) == 0:
            return
        values = np.frombuffer(raw.tobytes(), _NUMPY[tensor.Type()])
        shape = tensor.ShapeAsNumpy()
        sparsity = tensor.Sparsity()
        if sparsity is not None:
            values = _dense(values, shape, sparsity)
        self.constants[index] = values.reshape(shape)

    def _shape_of(self, name: str) -> list[int]:
        for index in range(self.graph.TensorsLength()):
            if self.graph.Tensors(index).Name().decode() == name:
                return [int(n) for n in self.graph.Tensors(index).ShapeAsNumpy()]
        raise KeyError(name)

    def _name(self, index: int) -> str:
        return self.graph.Tensors(index).Name().decode()

    def _shape(self, index: int) -> list[int]:
        return [int(n) for n in self.graph.Tensors(index).ShapeAsNumpy()]

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _weight(self, name: str, values: np.ndarray) -> str:
        """Store a constant; floats as 16 bits with a cast, which runtimes fold away."""
        if values.dtype not in (np.float32, np.float16) or values.size < 64:
            self.weights[name] = values
            return name
        self.weights[name + "/half"] = values.astype(np.float16)
        if not any(name in node.output for node in self.nodes):
            self._node("Cast", [name + "/half"], name, to=TensorProto.FLOAT)
        return name

    def _operator(self, op: "tflite.Operator") -> None:
        code = self.model.OperatorCodes(op.OpcodeIndex()).BuiltinCode()
        kind = tflite.opcode2name(code)
        inputs, outputs = list(op.InputsAsNumpy()), list(op.OutputsAsNumpy())
        if kind in ("DEQUANTIZE", "DENSIFY"):
            # All of them unpack weights; nothing is quantised at run time.
            self.constants[outputs[0]] = self.constants[inputs[0]].astype(np.float32)
            return
        step = _Step(op=op, inputs=inputs, out=self._name(outputs[0]), result=outputs[0])
        getattr(self, "_" + kind.lower())(step)

    def _convolution(self, step: _Step, options, *, weights: np.ndarray, groups: int) -> None:
        inputs, out = step.inputs, step.out
        stride = [options.StrideH(), options.StrideW()]
        _, height, width, _ = self._shape(inputs[0])
        pads = [0, 0, 0, 0]
        if options.Padding() == tflite.Padding.SAME:
            pads = _same_padding((height, width), weights.shape[2:], stride)
        first = self._node("Transpose", [self._name(inputs[0])], out + "/in", perm=_CHANNELS_FIRST)
        names = [first, self._weight(out + "/w", weights)]
        if len(inputs) > 2 and inputs[2] >= 0:
            names.append(self._weight(out + "/b", self.constants[inputs[2]].astype(np.float32)))
        mid = self._node("Conv", names, out + "/conv", strides=stride, pads=pads, group=groups)
        plain = self._node("Transpose", [mid], out + "/nhwc", perm=_CHANNELS_LAST)
        self._activate(options, plain, out)

    def _conv_2d(self, step: _Step) -> None:
        options = _options(step.op, tflite.Conv2DOptions)
        weights = self.constants[step.inputs[1]].transpose(0, 3, 1, 2)
        self._convolution(step, options, weights=np.ascontiguousarray(weights), groups=1)

    def _depthwise_conv_2d(self, step: _Step) -> None:
        options = _options(step.op, tflite.DepthwiseConv2DOptions)
        weights = self.constants[step.inputs[1]].transpose(3, 0, 1, 2)
        groups = self._shape(step.inputs[0])[3]
        self._convolution(step, options, weights=np.ascontiguousarray(weights), groups=groups)

    def _max_pool_2d(self, step: _Step) -> None:
        options = _options(step.op, tflite.Pool2DOptions)
        size, stride = (
            [options.FilterHeight(), options.FilterWidth()],
            [options.StrideH(), options.StrideW()],
        )
        _, height, width, _ = self._shape(step.inputs[0])
        pads = [0, 0, 0, 0]
        if options.Padding() == tflite.Padding.SAME:
            pads = _same_padding((height, width), size, stride)
        first = self._node(
            "Transpose", [self._name(step.inputs[0])], step.out + "/in", perm=_CHANNELS_FIRST
        )
        pooled = self._node(
            "MaxPool", [first], step.out + "/pool", kernel_shape=size, strides=stride, pads=pads
        )
        plain = self._node("Transpose", [pooled], step.out + "/nhwc", perm=_CHANNELS_LAST)
        self._activate(options, plain, step.out)

    def _activate(self, options, plain: str, out: str) -> None:
        kind = options.FusedActivationFunction()
        if kind == tflite.ActivationFunctionType.NONE:
            self._node("Identity", [plain], out)
        elif kind == tflite.ActivationFunctionType.RELU:
            self._node("Relu", [plain], out)
        elif kind == tflite.ActivationFunctionType.RELU6:
            low, high = (self._weight(f"clip/{v}", np.array(v, np.float32)) for v in (0, 6))
            self._node("Clip", [plain, low, high], out)
        else:
            raise ValueError(f"activation {kind} is not known")

    def _value(self, index: int, out: str) -> str:
        if index in self.constants:
            values = self.constants[index].astype(np.float32)
            return self._weight(f"{out}/constant{index}", values)
        return self._name(index)

    def _add(self, step: _Step) -> None:
        total = self._node(
            "Add", [self._value(i, step.out) for i in step.inputs], step.out + "/sum"
        )
        self._activate(_options(step.op, tflite.AddOptions), total, step.out)

    def _pad(self, step: _Step) -> None:
        pads = self.constants[step.inputs[1]].T.reshape(-1).astype(np.int64)
        self._node(
            "Pad", [self._name(step.inputs[0]), self._weight(step.out + "/pads", pads)], step.out
        )

    def _depth_to_space(self, step: _Step) -> None:
        options = _options(step.op, tflite.DepthToSpaceOptions)
        first = self._node(
            "Transpose", [self._name(step.inputs[0])], step.out + "/in", perm=_CHANNELS_FIRST
        )
        mid = self._node("DepthToSpace", [first], step.out + "/d2s", blocksize=options.BlockSize())
        self._node("Transpose", [mid], step.out, perm=_CHANNELS_LAST)

    def _resize_bilinear(self, step: _Step) -> None:
        options = _options(step.op, tflite.ResizeBilinearOptions)
        mode = "asymmetric"
        if options.HalfPixelCenters():
            mode = "half_pixel"
        if options.AlignCorners():
            mode = "align_corners"
        shape = [self._shape(step.result)[axis] for axis in _CHANNELS_FIRST]
        sizes = self._weight(step.out + "/sizes", np.array(shape, np.int64))
        first = self._node(
            "Transpose", [self._name(step.inputs[0])], step.out + "/in", perm=_CHANNELS_FIRST
        )
        mid = self._node(
            "Resize",
            [first, "", "", sizes],
            step.out + "/resized",
            mode="linear",
            coordinate_transformation_mode=mode,
        )
        self._node("Transpose", [mid], step.out, perm=_CHANNELS_LAST)

    def _reshape(self, step: _Step) -> None:
        shape = self._weight(step.out + "/shape", np.array(self._shape(step.result), np.int64))
        self._node("Reshape", [self._name(step.inputs[0]), shape], step.out)

    def _concatenation(self, step: _Step) -> None:
        axis = _options(step.op, tflite.ConcatenationOptions).Axis()
        self._node("Concat", [self._name(i) for i in step.inputs], step.out, axis=axis)

    def _logistic(self, step: _Step) -> None:
        self._node("Sigmoid", [self._name(step.inputs[0])], step.out)


def _options(op, kind):
    options = kind()
    table = op.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


def _same_padding(size, kernel, stride) -> list[int]:
    """Pad as TensorFlow's SAME does: the odd row goes to the end."""
    before, after = [], []
    for n, k, s in zip(size, kernel, stride, strict=True):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return [*before, *after]


def _dense(values: np.ndarray, shape: np.ndarray, sparsity) -> np.ndarray:
    """Unpack TFLite's block-sparse storage (schema: SparsityParameters)."""
    order, blocks = list(sparsity.TraversalOrderAsNumpy()), sparsity.BlockMapAsNumpy()
    axes = [] if isinstance(blocks, int) else [int(axis) for axis in blocks]
    rank = len(shape)
    levels = [sparsity.DimMetadata(i) for i in range(sparsity.DimMetadataLength())]
    place_of = {axis: order.index(axis) for axis in range(rank)}
    block_place_of = {axis: order.index(rank + number) for number, axis in enumerate(axes)}
    out = np.zeros(shape, values.dtype)
    for stored, index in _leaves(levels, parent=0):
        where = [index[place_of[axis]] for axis in range(rank)]
        for axis, place in block_place_of.items():
            where[axis] = where[axis] * levels[place].DenseSize() + index[place]
        out[tuple(where)] = values[stored]
    return out


def _leaves(levels: list, *, parent: int) -> Iterator[tuple[int, list[int]]]:
    """Walk the levels of a sparse tensor; yield where each value is stored and its indices."""
    if not levels:
        yield parent, []
        return
    level, *rest = levels
    if level.Format() == tflite.DimensionType.DENSE:
        size = level.DenseSize()
        children = [(parent * size + i, i) for i in range(size)]
    else:
        segments, indices = _vector(level, "Segments"), _vector(level, "Indices")
        children = [(i, int(indices[i])) for i in range(segments[parent], segments[parent + 1])]
    for child, index in children:
        for stored, further in _leaves(rest, parent=child):
            yield stored, [index, *further]


def _vector(meta, which: str) -> np.ndarray:
    kind = getattr(meta, f"Array{which}Type")()
    classes = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
    vector = classes[kind]()
    table = getattr(meta, f"Array{which}")()
    vector.Init(table.Bytes, table.Pos)
    return vector.ValuesAsNumpy().astype(np.int64)


def compare(tflite_path: Path, onnx_path: Path, outputs: tuple[str, ...]) -> None:
    """Print the largest difference of the two files on noise and on a smooth picture."""
    import onnxruntime
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(tflite_path))
    interpreter.allocate_tensors()
    session = onnxruntime.InferenceSession(onnx_path.read_bytes())
    given = interpreter.get_input_details()[0]
    rng = np.random.default_rng(0)
    _, side, _, _ = given["shape"]
    ramp = np.linspace(0, 1, side, dtype=np.float32)
    smooth = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None], ramp[::-1, None]), -1)[None]
    for picture in (rng.random(given["shape"], np.float32), smooth):
        interpreter.set_tensor(given["index"], np.ascontiguousarray(picture))
        interpreter.invoke()
        theirs = {
            d["name"]: interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()
        }
        ours = session.run(list(outputs), {"input_1": picture})
        for name, mine in zip(outputs, ours, strict=True):
            other = theirs.get(name, theirs.get(f"StatefulPartitionedCall:{name}"))
            scale = float(np.abs(other).max())
            gap = float(np.abs(other - mine).max())
            print(f"{onnx_path.stem} {name}: differs by {gap:.2g} of {scale:.3g}")


def main() -> None:
    """Convert and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=_TARGET)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, outputs in _NETWORKS.items():
        source, target = arguments.folder / f"{name}.tflite", arguments.out / f"{name}.onnx"
        onnx.save(Converter(source.read_bytes()).convert(outputs), target)
        compare(source, target, outputs)


if __name__ == "__main__":
    main()
