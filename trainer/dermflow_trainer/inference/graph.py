"""An ONNX graph written node by node, with the fused operations of ONNX Runtime where it has them."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from peft.tuners import lora

OPSET = 20
# What ONNX Runtime 1.20 and newer read.
IR_VERSION = 10
CONTRIB = "com.microsoft"
FLOAT, INT64, UINT8 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.UINT8


class Graph:
    """Values are known by their names. Weights are torch tensors, each stored once however often it is used."""

    def __init__(self):
        self.nodes, self.inputs, self.outputs, self.initializers = [], [], [], []
        self.stored = {}

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, value, shape):
        """Gives a value the name under which the graph returns it."""
        self.nodes.append(helper.make_node("Identity", [value], [name], name=f"out_{name}"))
        self.declare(name, shape)

    def declare(self, name, shape):
        self.outputs.append(helper.make_tensor_value_info(name, FLOAT, shape))

    def constant(self, values):
        array = np.ascontiguousarray(values)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.stored:
            self.stored[key] = self.store(array)
        return self.stored[key]

    def weight(self, tensor):
        key = (tensor.data_ptr(), tuple(tensor.shape))
        if key not in self.stored:
            self.stored[key] = self.store(tensor.detach().contiguous().numpy())
        return self.stored[key]

    def store(self, array):
        name = f"w{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind, *inputs, outputs=1, domain="", **attributes):
        """@param outputs how many, or their names, "" for one that is not needed"""
        at = len(self.nodes)
        names = [f"v{at}_{i}" for i in range(outputs)] if isinstance(outputs, int) else outputs
        self.nodes.append(helper.make_node(kind, inputs, names, name=f"n{at}", domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def reshape(self, value, shape):
        return self.op("Reshape", value, self.constant(np.array(shape, np.int64)))

    def linear(self, value, layer):
        """[rows, in] -> [rows, out], with the layer's adapter beside its weights."""
        bias = [] if layer.bias is None else [self.weight(layer.bias)]
        result = self.op("Gemm", value, self.weight(layer.weight), *bias, transB=1)
        if isinstance(layer, lora.Linear) and not layer.merged:
            for name in layer.active_adapters:
                down, up = (self.weight(part[name].weight) for part in (layer.lora_A, layer.lora_B))
                narrow = self.op("Gemm", value, down, transB=1)
                result = self.op("Gemm", narrow, up, result, transB=1, alpha=float(layer.scaling[name]))
        return result

    def product(self, left, right, factor):
        """left @ right^T * factor"""
        return self.op("FusedMatMul", left, right, domain=CONTRIB, transB=1, alpha=float(factor))

    def norm(self, value, layer):
        """RMS norm over the last axis."""
        epsilon = layer.variance_epsilon
        return self.op("SimplifiedLayerNormalization", value, self.weight(layer.weight), axis=-1, epsilon=epsilon)

    def add_and_norm(self, value, more, layer):
        """The sum, and its RMS norm."""
        at = len(self.nodes)
        names = [f"v{at}_norm", "", "", f"v{at}_sum"]
        weight, epsilon = self.weight(layer.weight), layer.variance_epsilon
        kind = "SkipSimplifiedLayerNormalization"
        self.op(kind, value, more, weight, outputs=names, domain=CONTRIB, epsilon=epsilon)
        return names[3], names[0]

    def gated(self, value, layer):
        """down(silu(gate(x)) * up(x))"""
        gate = self.op("QuickGelu", self.linear(value, layer.gate_proj), domain=CONTRIB, alpha=1.0)
        return self.linear(self.op("Mul", gate, self.linear(value, layer.up_proj)), layer.down_proj)

    def rotary(self, value, places, cosines, sines):
        """@param value [batch, length, heads * width]; `cosines` and `sines` have a row of width / 2 for each place"""
        return self.op("RotaryEmbedding", value, places, cosines, sines, domain=CONTRIB)

    def model(self, name):
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="dermflow")


def size_of(model: onnx.ModelProto) -> int:
    """Bytes of the weights."""
    return sum(len(tensor.raw_data) for tensor in model.graph.initializer)
