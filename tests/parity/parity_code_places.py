# SPDX-License-Identifier: MIT
"""ReLUs and pools that only TorchScript's code has: where a DenseNet has them the answer is PyTorch's
without a word; anywhere else, or where one is missing, a sentence says so."""
from weight_parity import main

import torch
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, dropout, relu

from own_networks import RIGHT, compare

FORMS = ("script", "trace")


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(width), nn.Conv2d(width, 16, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(16), nn.Conv2d(16, 8, 3, padding=1, bias=False)

    def forward(self, x):
        new = self.conv2(relu(self.norm2(self.conv1(relu(self.norm1(x))))))
        return torch.cat([x, new], 1)


class InSteps(Layer):
    def forward(self, x):
        new = torch.relu_(self.norm1(x))
        new = self.norm2(self.conv1(new))
        new = dropout(new.relu().contiguous(), 0.2, self.training)
        return torch.cat((x, self.conv2(new)), 1)


class NoFirst(Layer):
    def forward(self, x):
        return torch.cat([x, self.conv2(relu(self.norm2(self.conv1(self.norm1(x)))))], 1)


class NoSecond(Layer):
    def forward(self, x):
        return torch.cat([x, self.conv2(self.norm2(self.conv1(relu(self.norm1(x)))))], 1)


class OfNew(Layer):
    def forward(self, x):
        return torch.cat([x, relu(self.conv2(relu(self.norm2(self.conv1(relu(self.norm1(x)))))))], 1)


class OfAll(Layer):
    def forward(self, x):
        return relu(torch.cat([x, self.conv2(relu(self.norm2(self.conv1(relu(self.norm1(x))))))], 1))


class Before(Layer):
    def forward(self, x):
        return torch.cat([x, self.conv2(relu(self.norm2(self.conv1(relu(self.norm1(relu(x)))))))], 1)


class Transition(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(32), nn.Conv2d(32, 16, 1, bias=False)

    def forward(self, x):
        return avg_pool2d(self.conv(relu(self.norm(x))), 2)


class PoolFirst(Transition):
    def forward(self, x):
        return self.conv(avg_pool2d(relu(self.norm(x)), 2))


class ReluLate(Transition):
    def forward(self, x):
        return avg_pool2d(relu(self.conv(self.norm(x))), 2)


class ReluTwice(Transition):
    def forward(self, x):
        return relu(avg_pool2d(self.conv(relu(self.norm(x))), 2))


class PoolTwice(Transition):
    def forward(self, x):
        return avg_pool2d(avg_pool2d(self.conv(relu(self.norm(x))), 2), 2)


class PoolBefore(Transition):
    def forward(self, x):
        return self.conv(relu(self.norm(avg_pool2d(x, 2))))


class Net(nn.Module):
    def __init__(self, layer=Layer, transition=Transition):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.Sequential(layer(16), layer(24)),
                                      transition(), nn.Sequential(layer(16), layer(24)), nn.BatchNorm2d(32))
        self.fc = nn.Linear(32, 5)

    def forward(self, x):
        return self.fc(torch.flatten(adaptive_avg_pool2d(relu(self.features(x)), 1), 1))


class NetOutputs(Net):
    def forward(self, x):
        return relu(self.fc(adaptive_avg_pool2d(relu(self.features(x)), 1).flatten(1)))


class NetOutputsAlone(Net):
    def forward(self, x):
        return relu(self.fc(adaptive_avg_pool2d(self.features(x), 1).flatten(1)))


class NetPictures(Net):
    def forward(self, x):
        return self.fc(adaptive_avg_pool2d(relu(self.features(relu(x))), 1).flatten(1))


class NetMeans(Net):
    def forward(self, x):
        return self.fc(relu(adaptive_avg_pool2d(self.features(x), 1).flatten(1)))


class Around(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()


class AroundSmaller(Around):
    def forward(self, x):
        return self.net(avg_pool2d(x, 2))


class AroundRelu(Around):
    def forward(self, x):
        return relu(self.net(x))


def layers(folder):
    for layer, said in ((Layer, RIGHT), (InSteps, RIGHT), (NoFirst, "features.1.0.norm1 is a norm without a ReLU after it"),
                        (NoSecond, "features.1.0.norm2 is a norm without a ReLU after it"),
                        (OfNew, "class OfNew has relu of conv2"), (OfAll, "class OfAll has relu of cat"),
                        (Before, "class Before has relu of input")):
        compare(folder, layer.__name__, lambda: Net(layer=layer), said, FORMS, 16)


def transitions(folder):
    for transition, said in ((PoolFirst, RIGHT), (ReluLate, "class ReluLate has relu of conv"),
                             (ReluTwice, "class ReluTwice has relu of avg_pool2d"),
                             (PoolTwice, "class PoolTwice has avg_pool2d of avg_pool2d"),
                             (PoolBefore, "class PoolBefore has avg_pool2d of input")):
        compare(folder, transition.__name__, lambda: Net(transition=transition), said, FORMS, 16)


def networks(folder):
    for net, said in ((NetOutputs, "class NetOutputs has relu of fc"), (NetOutputsAlone, "class NetOutputsAlone has relu of fc"),
                      (NetPictures, "class NetPictures has relu of input"),
                      (NetMeans, "class NetMeans has relu of adaptive_avg_pool2d"),
                      (AroundSmaller, "class AroundSmaller has avg_pool2d of input"), (AroundRelu, "class AroundRelu has relu of net")):
        compare(folder, net.__name__, net, said, FORMS, 16)


main((layers, transitions, networks))
