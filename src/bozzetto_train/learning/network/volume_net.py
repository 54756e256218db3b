"""The bundled network: one picture in, the view-aligned volume and pixel maps out.

A 2-D encoder-decoder. Along each ray the volume is the union of two predicted intervals, each with
its own sharpness, plus a free correction per depth bin: intervals place surfaces exactly, the
correction keeps what intervals cannot say. A latent code varies what the picture does not show.
Letters: b batch, c channels, h w rows and columns, n columns of the volume, k bins.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from bozzetto.engines.network.solid import slice_depths
from bozzetto_train.learning.network.encoder import PYRAMID, Encoder
from bozzetto_train.scenes.viewpoint import BINS

LATENT = 16
"""Numbers in the latent code."""
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_GREY = 0.5
_OUTLINE_GRIDS = ((24, (3, 7, 11, 17)), (48, (3, 7)))
"""Sizes to which alpha is reduced, and widths of the windows it is averaged over there."""
_OUTLINE = 6
"""Maps that `outline_maps` gives."""
_INTERVALS = 2
_OFFSETS = 3 * _INTERVALS
"""Numbers that say where and how long a column's intervals are."""


@dataclass(frozen=True, kw_only=True)
class Widths:
    """Channels of the decoder, from coarse to fine, and of the heads."""

    tokens: int = 256
    """At stride 16, where attention sees the whole picture."""
    stride8: int = 144
    stride4: int = 96
    stride2: int = 64
    column: int = 96
    """Features of one column of the volume."""
    pixel: int = 24
    """Features of one pixel of the maps."""
    attention_blocks: int = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Features:
    """What the decoder knows before the heads."""

    column: Tensor
    """b c h/2 w/2: features of the volume's columns, then the coarse offsets of their intervals."""
    surface: Tensor
    """b 12 h w: normal 3, albedo 3, hidden albedo 3, roughness, metallic, depth."""
    camera: Tensor
    """b 4: up (unit), h."""


class _Residual(nn.Module):
    """Two 3 x 3 convolutions with group normalisation and a shortcut."""

    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(taken, given, 3, 1, 1, bias=False)
        self.norm1 = nn.GroupNorm(8, given)
        self.second = nn.Conv2d(given, given, 3, 1, 1, bias=False)
        self.norm2 = nn.GroupNorm(8, given)
        self.shortcut = nn.Conv2d(taken, given, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map b c h w to b c h w."""
        y = functional.relu(self.norm1(self.first(x)))
        return functional.relu(self.norm2(self.second(y)) + self.shortcut(x))


class _Attention(nn.Module):
    """One transformer block over all positions of a feature map; silent when new."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        for last in (self.join, self.narrow):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map b t c to b t c."""
        batch, tokens, width = x.shape
        mixed = self.query_key_value(self.norm1(x))
        mixed = mixed.view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.join(seen.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.narrow(functional.gelu(self.widen(self.norm2(x))))


class _Up(nn.Module):
    """Double the size and join the encoder's map."""

    def __init__(self, taken: int, skip: int, given: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(taken, given, 1)
        self.mix = _Residual(given + skip, given)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """Map b c h w and b c 2h 2w to b c 2h 2w."""
        return self.mix(
            torch.cat([functional.interpolate(self.narrow(x), scale_factor=2.0), skip], 1)
        )


class VolumeNet(nn.Module):
    """See the module's docstring; `forward` gives features, `occupancy` the dense volume."""

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.enter = nn.Conv2d(PYRAMID[3] + PYRAMID[4], widths.tokens, 1)
        self.place = nn.Linear(4, widths.tokens)
        self.attention = nn.ModuleList(
            _Attention(widths.tokens) for _ in range(widths.attention_blocks)
        )
        self.latent = nn.Linear(LATENT, 2 * widths.tokens)
        self.coarse = nn.Conv2d(widths.tokens, _OFFSETS + 1, 1)
        self.up8 = _Up(widths.tokens, PYRAMID[2], widths.stride8)
        self.up4 = _Up(widths.stride8, PYRAMID[1] + _OUTLINE, widths.stride4)
        self.up2 = _Up(widths.stride4, PYRAMID[0] + 24 + _OUTLINE, widths.stride2)
        self.detail1 = nn.Conv2d(4, 16, 3, 1, 1)
        self.detail2 = nn.Conv2d(16, 24, 3, 2, 1)
        self.to_column = nn.Conv2d(widths.stride2, widths.column, 3, 1, 1)
        self.to_pixel = nn.Conv2d(widths.stride2, 4 * widths.pixel, 1)
        self.pixel1 = nn.Conv2d(widths.pixel + 16, widths.pixel, 3, 1, 1)
        self.pixel2 = nn.Conv2d(widths.pixel, 12, 1)
        self.camera = nn.Sequential(
            nn.Linear(widths.tokens, 128), nn.ReLU(inplace=True), nn.Linear(128, 4)
        )
        self.column = ColumnHead(widths.column)
        nn.init.zeros_(self.latent.weight)
        nn.init.zeros_(self.latent.bias)
        nn.init.zeros_(self.coarse.weight)
        nn.init.zeros_(self.coarse.bias)

    def forward(self, image: Tensor, latent: Tensor) -> Features:
        """Map straight sRGB and alpha (b 4 h w) and a code (b 16) to features."""
        x = self._normalised(image)
        with torch.autocast("cpu", enabled=False):  # Depthwise convolutions are slow in bfloat16.
            s2, s4, s8, s16, s32 = self.encoder(x.float())
        detail = functional.relu(self.detail1(x))
        deep = functional.interpolate(s32, size=s16.shape[-2:], mode="bilinear")
        tokens = self._tokens(self.enter(torch.cat([s16, deep], 1)), latent)
        outline = outline_maps(image[:, 3:])
        y = self.up4(self.up8(tokens, s8), torch.cat([s4, _at(outline, s4)], 1))
        skip = torch.cat([s2, functional.relu(self.detail2(detail)), _at(outline, s2)], 1)
        y = self.up2(y, skip)
        # How the whole leans and how thick it is gets lost in the decoder, whose normalisation
        # takes out what all columns share: it comes straight from the tokens.
        coarse = self.coarse(tokens)
        column = functional.relu(self.to_column(y))
        offsets = _spread(coarse[:, :_OFFSETS], column)
        return Features(
            column=torch.cat([column, offsets], 1),
            surface=self._surface(y, detail, image, relief=coarse[:, _OFFSETS:]),
            camera=self._camera(tokens.mean((2, 3))),
        )

    def occupancy(self, features: Features) -> Tensor:
        """Return the logits of the whole volume, b k h/2 w/2."""
        column = features.column
        batch, width, rows, columns = column.shape
        flat = column.permute(0, 2, 3, 1).reshape(-1, width)
        logits = self.column(flat)
        return logits.view(batch, rows, columns, BINS).permute(0, 3, 1, 2)

    def _normalised(self, image: Tensor) -> Tensor:
        """Put the cut-out on grey and scale as the encoder's training did."""
        alpha = image[:, 3:]
        color = image[:, :3] * alpha + _GREY * (1 - alpha)
        mean = torch.tensor(_MEAN, dtype=image.dtype).view(1, 3, 1, 1)
        std = torch.tensor(_STD, dtype=image.dtype).view(1, 3, 1, 1)
        return torch.cat([(color - mean) / std, alpha * 2 - 1], 1)

    def _tokens(self, x: Tensor, latent: Tensor) -> Tensor:
        """Let every part of the picture know every other, and mix in the latent code."""
        batch, width, rows, columns = x.shape
        tokens = x.flatten(2).transpose(1, 2) + self.place(places(rows, columns))
        scale, shift = self.latent(latent)[:, None].chunk(2, -1)
        tokens = tokens * (1 + scale) + shift
        for block in self.attention:
            tokens = block(tokens)
        return tokens.transpose(1, 2).reshape(batch, width, rows, columns)

    def _surface(self, y: Tensor, detail: Tensor, image: Tensor, *, relief: Tensor) -> Tensor:
        """Predict the pixel maps; albedo is a correction of the photo's own colour."""
        fine = functional.pixel_shuffle(self.to_pixel(y), 2)
        fine = functional.relu(self.pixel1(torch.cat([fine, detail], 1)))
        raw = self.pixel2(fine).float()
        color = image[:, :3].clamp(0.02, 0.98)
        normal = raw[:, :3] + torch.tensor([0.0, 0.0, -1.0]).view(1, 3, 1, 1)
        normal = normal * torch.rsqrt((normal * normal).sum(1, keepdim=True) + 1e-6)
        albedo = torch.sigmoid(raw[:, 3:6] + torch.log(color / (1 - color)))
        depth = raw[:, 11:] + _spread(relief, raw)
        return torch.cat([normal, albedo, torch.sigmoid(raw[:, 6:11]), depth], 1)

    def _camera(self, pooled: Tensor) -> Tensor:
        """Predict up and h."""
        raw = self.camera(pooled).float()
        up = raw[:, :3] + torch.tensor([0.0, -1.0, -0.3])
        up = up * torch.rsqrt((up * up).sum(1, keepdim=True) + 1e-6)
        return torch.cat([up, 0.3 * torch.exp(raw[:, 3:].clamp(-2, 2))], 1)


def places(rows: int, columns: int) -> Tensor:
    """Return v, u and their squares at the positions of a feature map, 1 t 4, row by row."""
    v = (torch.arange(rows, dtype=torch.float32) + 0.5) / rows * 2 - 1
    u = (torch.arange(columns, dtype=torch.float32) + 0.5) / columns * 2 - 1
    grid = torch.stack(torch.meshgrid(v, u, indexing="ij"), -1).view(1, -1, 2)
    return torch.cat([grid, grid * grid], -1)


def outline_maps(alpha: Tensor) -> list[Tensor]:
    """Average alpha over windows of several widths, b 1 h w to maps of `_OUTLINE_GRIDS`.

    They tell how far the outline is, which a few small convolutions could hardly find out and on
    which thickness depends most. The windows are parts of the picture, whatever its size.
    """
    maps: list[Tensor] = []
    for size, windows in _OUTLINE_GRIDS:
        small = functional.avg_pool2d(alpha, alpha.shape[-1] // size)
        maps += [functional.avg_pool2d(small, window, 1, window // 2) for window in windows]
    return maps


def _at(maps: list[Tensor], like: Tensor) -> Tensor:
    """Bring maps to the size of another, as channels."""
    size = like.shape[-2:]
    resized = [functional.interpolate(x, size=size, mode="bilinear") for x in maps]
    return torch.cat(resized, 1).to(like.dtype)


def _spread(coarse: Tensor, like: Tensor) -> Tensor:
    """Enlarge a coarse map smoothly to the size of another."""
    return functional.interpolate(coarse.to(like.dtype), size=like.shape[-2:], mode="bilinear")


class ColumnHead(nn.Module):
    """Logits of the bins of one column: a union of intervals plus a correction."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.intervals = nn.Linear(width, _OFFSETS)
        self.bins = nn.Linear(width, BINS)
        depths = torch.from_numpy(slice_depths(BINS)).float().view(1, 1, BINS)
        self.register_buffer("depths", depths, persistent=False)
        nn.init.normal_(self.intervals.weight, std=0.01)
        nn.init.zeros_(self.intervals.bias)
        nn.init.normal_(self.bins.weight, std=0.01)
        nn.init.zeros_(self.bins.bias)

    def forward(self, column: Tensor) -> Tensor:
        """Map n c, features and coarse offsets, to n k."""
        features, offsets = column[:, :-_OFFSETS], column[:, -_OFFSETS:]
        raw = self.intervals(features).float() + offsets.float()
        correction = self.bins(features).float()
        first, second = raw.view(-1, _INTERVALS, 3).unbind(1)
        middle = torch.stack([first[:, 0] + 0.08, second[:, 0] + 0.25], 1)[..., None]
        half = functional.softplus(torch.stack([first[:, 1], second[:, 1]], 1) - 2.0)[..., None]
        sharp = 8 * torch.exp(torch.stack([first[:, 2], second[:, 2]], 1).clamp(-3, 3))[..., None]
        depth = (half - (self.depths - middle).abs()) * sharp
        return torch.logsumexp(depth, 1).clamp(-12, 12) + correction
