"""Times PyTorch's layers beside sumi's, each at one typical shape, and prints a table for documentation.

layers_torch.py BENCH_LAYERS [--threads N] [--batch N] [--times N] [--only TEXT]

BENCH_LAYERS is build/release/apps/bench_layers. Needs a Python with PyTorch, which runs in eager mode, with images in
channels_last memory. Forward is without gradients, in inference; backward begins with a gradient that is there already,
and makes those of the input and of the weights. Layers that PyTorch lacks are made of its functions.
"""

import argparse
import statistics
import subprocess
import time

import torch
from torch import nn
from torch.nn import functional

IMAGE, SEQUENCE, ROW = (32, 28, 28), (64, 128), (512,)


class Function(nn.Module):
    """A function as a layer; `training` as the second argument where it wants one."""

    def __init__(self, function, trained=False):
        super().__init__()
        self.function, self.trained = function, trained

    def forward(self, x):
        return self.function(x, self.training) if self.trained else self.function(x)


def only_in_training(function):
    return Function(lambda x, training: function(x) if training else x, True)


def moved(matrices):
    """Each image under a matrix of its own, as torchvision does it. Outside is reflected."""

    def function(x):
        grid = functional.affine_grid(matrices(x.shape[0]), x.shape, align_corners=False)
        return functional.grid_sample(x, grid, padding_mode="reflection", align_corners=False)

    return only_in_training(function)


def uniform(count, bound):
    return torch.empty(count).uniform_(-bound, bound)


def translations(count):
    matrices = torch.eye(2, 3).repeat(count, 1, 1)
    matrices[:, 0, 2], matrices[:, 1, 2] = 2 * uniform(count, 0.1), 2 * uniform(count, 0.1)
    return matrices


def rotations(count):
    angles = 2 * torch.pi * uniform(count, 0.1)
    matrices = torch.zeros(count, 2, 3)
    matrices[:, 0, 0] = matrices[:, 1, 1] = angles.cos()
    matrices[:, 0, 1], matrices[:, 1, 0] = -angles.sin(), angles.sin()
    return matrices


def zooms(count):
    factors = 1 + uniform(count, 0.2)
    matrices = torch.zeros(count, 2, 3)
    matrices[:, 0, 0] = matrices[:, 1, 1] = factors
    return matrices


def flip(x):
    chosen = torch.rand(x.shape[0], 1, 1, 1) < 0.5
    return torch.where(chosen, x.flip(3), x)


def crop(x):
    top, left = (int(torch.randint(5, ())) for _ in range(2))
    return x[:, :, top : top + 24, left : left + 24]


def erase(x):
    masks = torch.ones(x.shape[0], 1, *x.shape[2:])
    for mask in masks:
        height, width = (int(torch.randint(4, 16, ())) for _ in range(2))
        top, left = int(torch.randint(28 - height, ())), int(torch.randint(28 - width, ()))
        mask[:, top : top + height, left : left + width] = 0
    return x * masks


def gaussian_dropout(x):
    return x * (1 + (0.2 / 0.8) ** 0.5 * torch.randn_like(x))


CASES = {
    "Dense": (ROW, lambda: nn.Linear(512, 512)),
    "Conv1D": (SEQUENCE, lambda: nn.Conv1d(64, 64, 3, padding="same")),
    "Conv2D": (IMAGE, lambda: nn.Conv2d(32, 64, 3)),
    "Conv2D strided": (IMAGE, lambda: nn.Conv2d(32, 64, 3, stride=2)),
    "Conv2D groups": (IMAGE, lambda: nn.Conv2d(32, 64, 3, groups=4)),
    "Conv2DTranspose": (IMAGE, lambda: nn.ConvTranspose2d(32, 16, 2, stride=2)),
    "DepthwiseConv2D": (IMAGE, lambda: nn.Conv2d(32, 32, 3, groups=32)),
    "SeparableConv2D": (IMAGE, lambda: nn.Sequential(nn.Conv2d(32, 32, 3, groups=32, bias=False), nn.Conv2d(32, 64, 1))),
    "MaxPooling1D": (SEQUENCE, lambda: nn.MaxPool1d(2)),
    "MaxPooling2D": (IMAGE, lambda: nn.MaxPool2d(2)),
    "AveragePooling1D": (SEQUENCE, lambda: nn.AvgPool1d(2)),
    "AveragePooling2D": (IMAGE, lambda: nn.AvgPool2d(2)),
    "GlobalMaxPooling1D": (SEQUENCE, lambda: nn.AdaptiveMaxPool1d(1)),
    "GlobalMaxPooling2D": (IMAGE, lambda: nn.AdaptiveMaxPool2d(1)),
    "GlobalAveragePooling1D": (SEQUENCE, lambda: nn.AdaptiveAvgPool1d(1)),
    "GlobalAveragePooling2D": (IMAGE, lambda: nn.AdaptiveAvgPool2d(1)),
    "ZeroPadding2D": (IMAGE, lambda: nn.ZeroPad2d(1)),
    "Cropping2D": (IMAGE, lambda: Function(lambda x: functional.pad(x, (-2, -2, -2, -2)))),
    "UpSampling2D nearest": (IMAGE, lambda: nn.Upsample(scale_factor=2)),
    "UpSampling2D bilinear": (IMAGE, lambda: nn.Upsample(scale_factor=2, mode="bilinear")),
    "Permute": (IMAGE, lambda: Function(lambda x: x.contiguous())),
    "BatchNormalization": (IMAGE, lambda: nn.BatchNorm2d(32)),
    "LayerNormalization": (IMAGE, lambda: LastAxis(nn.LayerNorm(32))),
    "GroupNormalization": (IMAGE, lambda: nn.GroupNorm(8, 32)),
    "ReLU": (IMAGE, nn.ReLU),
    "LeakyReLU": (IMAGE, lambda: nn.LeakyReLU(0.3)),
    "ELU": (IMAGE, nn.ELU),
    "PReLU": (IMAGE, lambda: nn.PReLU(32)),
    "Softmax": (IMAGE, lambda: nn.Softmax(1)),
    "Activation selu": (IMAGE, nn.SELU),
    "Activation gelu": (IMAGE, nn.GELU),
    "Activation silu": (IMAGE, nn.SiLU),
    "Activation mish": (IMAGE, nn.Mish),
    "Activation sigmoid": (IMAGE, nn.Sigmoid),
    "Activation tanh": (IMAGE, nn.Tanh),
    "Activation softplus": (IMAGE, nn.Softplus),
    "Activation hard_silu": (IMAGE, nn.Hardswish),
    "Rescaling": (IMAGE, lambda: Function(lambda x: 0.5 * x + 0.25)),
    "Dropout": (IMAGE, lambda: nn.Dropout(0.5)),
    "SpatialDropout2D": (IMAGE, lambda: nn.Dropout2d(0.5)),
    "GaussianNoise": (IMAGE, lambda: only_in_training(lambda x: x + 0.1 * torch.randn_like(x))),
    "GaussianDropout": (IMAGE, lambda: only_in_training(gaussian_dropout)),
    "AlphaDropout": (IMAGE, lambda: nn.AlphaDropout(0.2)),
    "RandomTranslation": (IMAGE, lambda: moved(translations)),
    "RandomRotation": (IMAGE, lambda: moved(rotations)),
    "RandomZoom": (IMAGE, lambda: moved(zooms)),
    "RandomFlip": (IMAGE, lambda: only_in_training(flip)),
    "RandomCrop": (IMAGE, lambda: Function(lambda x, training: crop(x) if training else x[:, :, 2:26, 2:26], True)),
    "RandomErasing": (IMAGE, lambda: only_in_training(erase)),
}


class LastAxis(nn.Module):
    """A layer on the channels, which PyTorch has in front."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def median_ms(times, action):
    measured = []
    for _ in range(times + 3):
        begin = time.perf_counter()
        action()
        measured.append((time.perf_counter() - begin) * 1000)
    return statistics.median(measured[3:])


def torch_times(name, batch, times):
    shape, make = CASES[name]
    x = torch.randn(batch, *shape)
    layer = make()
    if len(shape) == 3:
        x = x.contiguous(memory_format=torch.channels_last)
        layer = layer.to(memory_format=torch.channels_last)

    def forward():
        with torch.no_grad():
            layer(x)

    def both():
        x.grad = None
        layer.zero_grad(set_to_none=True)
        y = layer(x)
        y.backward(gradient)

    layer.eval()
    forward_ms = median_ms(times, forward)
    layer.train()
    x.requires_grad_()
    gradient = torch.ones_like(layer(x).detach())
    return forward_ms, median_ms(times, both)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench_layers")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"PyTorch {torch.__version__}, {arguments.threads} threads, batches of {arguments.batch}, in ms\n")
    print("| layer | sumi forward | PyTorch | sumi forward and backward | PyTorch |")
    print("|---|---|---|---|---|")
    for name in CASES:
        if arguments.only not in name:
            continue
        options = ["--threads", arguments.threads, "--batch", arguments.batch, "--times", arguments.times, "--only", name]
        line = subprocess.check_output([arguments.bench_layers, *map(str, options)], text=True)
        forward, both = line.split("\t")[1:]
        torch_forward, torch_both = torch_times(name, arguments.batch, arguments.times)
        cells = [float(forward), torch_forward, float(both), torch_both]
        print("|", name, "|", " | ".join(f"{cell:.3f}" for cell in cells), "|", flush=True)


main()
