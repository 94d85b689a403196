"""The networks of a model folder for PyTorch and ONNX Runtime, with the weights of the folder."""

import json

import numpy as np
from safetensors.numpy import load_file

EPSILON = 1e-5


class Folder:
    """model.json and the weights, turned from channels-last to the channels-first order of PyTorch."""

    def __init__(self, path):
        with open(f"{path}/model.json") as file:
            description = json.load(file)
        self.configuration = description["configuration"]
        self.constants = description["constants"]
        self.weights = load_file(f"{path}/weights.safetensors")
        self.channels = self.configuration["channels"]
        self.side = self.configuration["input_size"]
        self.bands = len(self.configuration["bands"])
        self.latents = len(self.configuration["latents"])
        sides = [self.side]
        for _ in self.channels:
            sides.append((sides[-1] + 1) // 2)
        self.sides = sides

    def planar_columns(self, matrix):
        """A dense layer behind flattened maps `[y, x, channel]`, for maps `[channel, y, x]`."""
        side, channels = self.sides[-1], self.channels[-1]
        maps = matrix.reshape(len(matrix), side, side, channels)
        return np.ascontiguousarray(maps.transpose(0, 3, 1, 2).reshape(len(matrix), -1))

    def folded_convolution(self, index):
        """Weight `[K, C, R, S]` and bias of a convolution of the encoder with its batch norm folded in."""
        get = lambda layer, name: self.weights[f"encoder.{layer}_{index}.{name}"].astype(np.float64)
        factor = get("norm", "weight") / np.sqrt(get("norm", "running_var") + EPSILON)
        weight = get("convolution", "weight").transpose(0, 3, 1, 2) * factor[:, None, None, None]
        bias = (get("convolution", "bias") - get("norm", "running_mean")) * factor + get("norm", "bias")
        return np.ascontiguousarray(weight, np.float32), bias.astype(np.float32)

    def dense_layers(self):
        """Name, weight and bias of the encoder's dense layers; the first one reads planar maps."""
        layers = []
        for name in ("image_head", "joint_head", "latent_head"):
            if f"encoder.{name}.weight" in self.weights:
                layers.append([name, self.weights[f"encoder.{name}.weight"], self.weights[f"encoder.{name}.bias"]])
        layers[0][1] = self.planar_columns(layers[0][1])
        return layers


def torch_encoder(folder):
    """The encoder as a user would write it for inference: batch norms folded, ReLU in place."""
    import torch

    convolutions = []
    for index in range(1, len(folder.channels) + 1):
        weight, bias = folder.folded_convolution(index)
        layer = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 3, stride=2, padding=1)
        layer.weight.data, layer.bias.data = torch.from_numpy(weight), torch.from_numpy(bias)
        convolutions += [layer, torch.nn.ReLU(inplace=True)]
    dense = {}
    for name, weight, bias in folder.dense_layers():
        dense[name] = torch.nn.Linear(weight.shape[1], weight.shape[0])
        dense[name].weight.data, dense[name].bias.data = torch.from_numpy(weight), torch.from_numpy(bias)

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.convolutions = torch.nn.Sequential(*convolutions, torch.nn.Flatten())
            self.dense = torch.nn.ModuleDict(dense)

        def forward(self, images, features):
            x = self.convolutions(images)
            if "image_head" in self.dense:
                x = torch.relu(self.dense["image_head"](x))
            if "joint_head" in self.dense:
                x = torch.relu(self.dense["joint_head"](torch.cat([x, features], 1)))
            return self.dense["latent_head"](x)

    return Encoder().eval()


def onnx_encoder(folder):
    """The encoder as an ONNX model (bytes), batch size open."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, tensors = [], []

    def constant(name, array):
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    value = "images"
    for index in range(1, len(folder.channels) + 1):
        weight, bias = folder.folded_convolution(index)
        names = [value, constant(f"weight_{index}", weight), constant(f"bias_{index}", bias)]
        nodes.append(helper.make_node("Conv", names, [f"convolved_{index}"], kernel_shape=[3, 3],
                                      strides=[2, 2], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"convolved_{index}"], [f"maps_{index}"]))
        value = f"maps_{index}"
    nodes.append(helper.make_node("Flatten", [value], ["flat"], axis=1))
    value = "flat"
    has_features = False
    for name, weight, bias in folder.dense_layers():
        if name == "joint_head":
            nodes.append(helper.make_node("Concat", [value, "features"], ["joined"], axis=1))
            value, has_features = "joined", True
        names = [value, constant(f"{name}_weight", weight), constant(f"{name}_bias", bias)]
        output = "latents" if name == "latent_head" else f"{name}_sum"
        nodes.append(helper.make_node("Gemm", names, [output], transB=1))
        value = output
        if name != "latent_head":
            nodes.append(helper.make_node("Relu", [value], [f"{name}_out"]))
            value = f"{name}_out"
    shape = ["batch", folder.bands, folder.side, folder.side]
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)]
    if has_features:
        inputs.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", None]))
    output = helper.make_tensor_value_info("latents", TensorProto.FLOAT, ["batch", 2 * folder.latents])
    graph = helper.make_graph(nodes, "encoder", inputs, [output], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def onnx_session(folder, threads):
    """An ONNX Runtime session on exactly this many threads, all optimisations on."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(onnx_encoder(folder), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]

    def run(images, features):
        given = {"images": images, "features": features}
        return session.run(None, {name: given[name] for name in names})[0]

    return run


def torch_vae(folder):
    """The whole network for training: encoder with batch norms, decoder that mirrors it, trained weights."""
    import torch
    from torch.nn import functional

    weights = folder.weights
    tensor = lambda array: torch.from_numpy(np.ascontiguousarray(array))

    def norm(prefix, channels):
        layer = torch.nn.BatchNorm2d(channels, eps=EPSILON, momentum=0.1)
        layer.weight.data, layer.bias.data = tensor(weights[prefix + ".weight"]), tensor(weights[prefix + ".bias"])
        layer.running_mean.copy_(tensor(weights[prefix + ".running_mean"]))
        layer.running_var.copy_(tensor(weights[prefix + ".running_var"]))
        return layer

    class VAE(torch.nn.Module):
        def __init__(self):
            super().__init__()
            if "encoder.image_head.weight" in weights:
                raise ValueError("the training peer knows the paper's network only")
            self.convolutions, self.norms = torch.nn.ModuleList(), torch.nn.ModuleList()
            inwards = [folder.bands] + folder.channels
            for index, (before, after) in enumerate(zip(inwards, inwards[1:]), 1):
                layer = torch.nn.Conv2d(before, after, 3, stride=2, padding=1)
                layer.weight.data = tensor(weights[f"encoder.convolution_{index}.weight"].transpose(0, 3, 1, 2))
                layer.bias.data = tensor(weights[f"encoder.convolution_{index}.bias"])
                self.convolutions.append(layer)
                self.norms.append(norm(f"encoder.norm_{index}", after))
            (_, weight, bias), = folder.dense_layers()
            self.latent_head = torch.nn.Linear(weight.shape[1], weight.shape[0])
            self.latent_head.weight.data, self.latent_head.bias.data = tensor(weight), tensor(bias)
            side, channels = folder.sides[-1], folder.channels[-1]
            weight, bias = weights["decoder.latent_head.weight"], weights["decoder.latent_head.bias"]
            self.from_latents = torch.nn.Linear(weight.shape[1], weight.shape[0])
            self.from_latents.weight.data = tensor(folder.planar_columns(weight.T).T)
            self.from_latents.bias.data = tensor(folder.planar_columns(bias[None])[0])
            self.maps = (channels, side, side)
            self.up_norms, self.up_convolutions = torch.nn.ModuleList(), torch.nn.ModuleList()
            outwards = inwards[::-1]
            for index, (before, after) in enumerate(zip(outwards, outwards[1:]), 1):
                self.up_norms.append(norm(f"decoder.norm_{index}", before))
                layer = torch.nn.ConvTranspose2d(before, after, 3, stride=1, padding=1)
                # Ours are stored [input, y, x, output], PyTorch's [input, output, y, x].
                layer.weight.data = tensor(weights[f"decoder.convolution_{index}.weight"].transpose(0, 3, 1, 2))
                layer.bias.data = tensor(weights[f"decoder.convolution_{index}.bias"])
                self.up_convolutions.append(layer)

        def forward(self, images, noise):
            x = images
            for convolution, layer in zip(self.convolutions, self.norms):
                x = functional.relu(layer(convolution(x)))
            mean, log_variance = self.latent_head(torch.flatten(x, 1)).chunk(2, 1)
            latents = mean + torch.exp(0.5 * log_variance) * noise
            x = self.from_latents(latents).reshape(-1, *self.maps)
            for layer, convolution, side in zip(self.up_norms, self.up_convolutions, folder.sides[-2::-1]):
                x = functional.relu(layer(x))
                x = functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
                x = convolution(x)
            return mean, log_variance, torch.sigmoid(x)

    return VAE()
