"""The one training loop: `python -m bozzetto_train.learning.train_loop`.

Every process holds a replica, takes its share of each batch on one thread, and averages gradients
with the others: on a busy CPU this is several times faster than one process with many threads,
which wait for each other after every operation. Stopped at any time, it resumes from the last
checkpoint. Progress goes to `log.jsonl` in the run's folder.
"""

import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import tyro
from torch import Tensor, nn

from bozzetto_train.datasets.view_index import ViewPlace, fair_sample, index_views
from bozzetto_train.learning.batch import Batch, batches
from bozzetto_train.learning.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from bozzetto_train.learning.losses import TERMS, Losses
from bozzetto_train.learning.metrics import as_json, validate
from bozzetto_train.learning.network.encoder import load_mobilenet
from bozzetto_train.learning.presets import PRESETS, Phase, Preset
from bozzetto_train.learning.train_step import Learner, train_step
from bozzetto_train.scenes.record import SIZE

CHECKPOINT = "checkpoint.pt"
_LOG_EVERY = 25


@dataclass(frozen=True, kw_only=True)
class Train:
    """Train a network, or go on training it."""

    views: Path
    """Folder with the subfolders `train` and `validation`, from `scenes.make_views`."""
    small_views: Path
    """The same at half the size, from `scenes.halve`; phases on small pictures read these."""
    run: Path
    """Folder for checkpoint and log; a checkpoint there is continued."""
    preset: str = "laptop"
    """One of the names in `presets.py`."""
    encoder: Path | None = None
    """torchvision's MobileNetV2 weights (.pth) to start from; without, a fresh encoder."""
    minutes: float = 1e9
    """Stop after so long, with a checkpoint."""
    processes: int = 2
    seed: int = 0
    save_minutes: float = 4
    validate_minutes: float = 10
    fuse: bool = False
    """Compile the elementwise parts: a sixth faster after a minute or two; needs a C++ compiler."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Run:
    """What one process holds."""

    job: Train
    preset: Preset
    rank: int
    learner: Learner
    average: Learner
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    started: float

    @property
    def leads(self) -> bool:
        """Whether this process writes logs and checkpoints."""
        return self.rank == 0


def train(job: Train) -> None:
    """Run all processes to the end of the preset or of the given time."""
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(29000 + os.getpid() % 2000))
    job.run.mkdir(parents=True, exist_ok=True)
    if job.processes == 1:
        _work(0, job)
    else:
        # Daemons go when this process goes, whatever ends it.
        signal.signal(signal.SIGTERM, _leave)
        mp.spawn(_work, args=(job,), nprocs=job.processes, daemon=True)


def _leave(number: int, frame: FrameType | None) -> None:
    """Turn a polite kill into a normal exit."""
    raise SystemExit(128 + number)


def _work(rank: int, job: Train) -> None:
    """Train in one process."""
    torch.set_num_threads(1)
    if job.processes > 1:
        dist.init_process_group("gloo", rank=rank, world_size=job.processes)
    run, images = _start(rank, job)
    begin = 0
    for phase in run.preset.phases:
        end = begin + phase.images
        if images < end:
            images = _run_phase(run, phase, begin=begin, images=images)
            if images < end:
                break
        begin = end
    _save(run, images)
    if run.leads:
        _report(run, images, size=_size_at(run.preset, images - 1))
    if job.processes > 1:
        dist.destroy_process_group()


def _start(rank: int, job: Train) -> tuple[_Run, int]:
    """Build or load the state of a run; all processes start alike."""
    preset = PRESETS[job.preset]
    torch.manual_seed(job.seed)
    learner = Learner(preset.widths).to(memory_format=torch.channels_last)
    if job.encoder is not None:
        load_mobilenet(learner.net.encoder, torch.load(job.encoder, weights_only=True))
    if job.fuse:
        learner.net.column.forward = torch.compile(learner.net.column.forward, dynamic=True)
    average = Learner(preset.widths).requires_grad_(requires_grad=False)
    average.load_state_dict(learner.state_dict())
    optimizer = new_optimizer(learner, preset)
    images, path = 0, job.run / CHECKPOINT
    if path.exists():
        checkpoint = load_checkpoint(path)
        learner.load_state_dict(checkpoint.learner)
        average.load_state_dict(checkpoint.average)
        optimizer.load_state_dict(checkpoint.optimizer)
        images = checkpoint.images
    run = _Run(
        job=job,
        preset=preset,
        rank=rank,
        learner=learner,
        average=average,
        optimizer=optimizer,
        generator=torch.Generator().manual_seed(job.seed + 1000 * rank + images),
        started=time.monotonic(),
    )
    return run, images


def new_optimizer(learner: Learner, preset: Preset) -> torch.optim.AdamW:
    """Return a run's optimiser as it starts: the encoder's parameters come last."""
    groups = _groups(learner, preset)
    return torch.optim.AdamW(groups, weight_decay=preset.weight_decay, fused=True)


def beginning(learner: Learner, preset: Preset, *, images: int) -> Checkpoint:
    """Return the checkpoint of a run that starts with a learner as it is after so many samples."""
    state = learner.state_dict()
    optimizer = new_optimizer(learner, preset).state_dict()
    return Checkpoint(images=images, learner=state, average=state, optimizer=optimizer)


def _groups(learner: Learner, preset: Preset) -> list[dict[str, object]]:
    """Return parameter groups: the pretrained encoder learns more slowly."""
    encoder = list(learner.net.encoder.parameters())
    held = {id(parameter) for parameter in encoder}
    rest = [parameter for parameter in learner.parameters() if id(parameter) not in held]
    return [
        {"params": rest, "scale": 1.0},
        {"params": encoder, "scale": preset.encoder_rate},
    ]


def _run_phase(run: _Run, phase: Phase, *, begin: int, images: int) -> int:
    """Train to the end of a phase or of the time; return the samples seen in all."""
    share = phase.batch // run.job.processes
    seed = run.job.seed + 7919 * run.rank + images
    stream = batches(_places(run, phase.size, "train"), count=share, seed=seed)
    clock = time.monotonic()
    logged, saved, checked = clock, clock, clock
    terms, steps = torch.zeros(len(TERMS)), 0
    while images < begin + phase.images and not _out_of_time(run):
        rate = _rate(run.preset, phase, done=images - begin, images=images)
        kept = min(run.preset.average, 1 - 1 / (1 + images / phase.batch / 10))
        losses = _step(run, next(stream), rate=rate, kept=kept)
        terms += torch.stack([getattr(losses, name).detach() for name in TERMS])
        images, steps, now = images + phase.batch, steps + 1, time.monotonic()
        if steps == _LOG_EVERY and run.leads:
            pace = steps * phase.batch / (now - logged)
            _log_terms(run, images, terms / steps, pace=pace, rate=rate)
        if steps == _LOG_EVERY:
            terms, steps, logged = torch.zeros(len(TERMS)), 0, now
        if now - saved > run.job.save_minutes * 60 and run.leads:
            _save(run, images)
            saved = now
        if now - checked > run.job.validate_minutes * 60 and run.leads:
            _report(run, images, size=phase.size)
            checked = time.monotonic()
    return images


def _step(run: _Run, batch: Batch, *, rate: float, kept: float) -> Losses:
    """Take one optimiser step with the gradients of all processes.

    The average keeps a share `kept` of itself; a young run averages over a shorter past.
    """
    for group in run.optimizer.param_groups:
        group["lr"] = rate * group["scale"]
    loss, losses = train_step(run.learner, batch, run.preset.step, generator=run.generator)
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    parameters = list(run.learner.parameters())
    if run.job.processes > 1:
        _average_gradients(parameters)
    nn.utils.clip_grad_norm_(parameters, 1.0)
    run.optimizer.step()
    with torch.no_grad():
        pairs = zip(run.average.parameters(), parameters, strict=True)
        for smooth, current in pairs:
            smooth.lerp_(current, 1 - kept)
    return losses


def _average_gradients(parameters: list[nn.Parameter]) -> None:
    """Replace every gradient by its mean over the processes, in one message."""
    for parameter in parameters:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    gradients = [
        _as_stored(parameter.grad) for parameter in parameters if parameter.grad is not None
    ]
    flat = torch.cat(gradients)
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    parts = flat.split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part)


def _as_stored(dense: Tensor) -> Tensor:
    """View a tensor in the order of its memory, whatever its format: copying is three times faster.

    All processes hold their gradients in the same formats.
    """
    return dense.as_strided((dense.numel(),), (1,))


def _rate(preset: Preset, phase: Phase, *, done: int, images: int) -> float:
    """Return the learning rate after `done` samples of a phase."""
    first, last = phase.rate
    rate = first * (last / first) ** (done / phase.images)
    return rate * min(1.0, (images / phase.batch + 1) / preset.warm_up)


def _out_of_time(run: _Run) -> bool:
    """Tell whether to stop; the first process decides for all."""
    late = torch.tensor(float(time.monotonic() - run.started > run.job.minutes * 60))
    if run.job.processes > 1:
        dist.broadcast(late, 0)
    return bool(late)


def _places(run: _Run, size: int, split: str) -> tuple[ViewPlace, ...]:
    """List the views of one split at one size."""
    folder = run.job.views if size == SIZE else run.job.small_views
    return index_views(folder / split)


def _size_at(preset: Preset, images: int) -> int:
    """Return the picture size in use after so many samples."""
    for phase in preset.phases:
        if images < phase.images:
            return phase.size
        images -= phase.images
    return preset.phases[-1].size


def _save(run: _Run, images: int) -> None:
    """Write the checkpoint, from the first process only."""
    if run.leads:
        checkpoint = Checkpoint(
            images=images,
            learner=run.learner.state_dict(),
            average=run.average.state_dict(),
            optimizer=run.optimizer.state_dict(),
        )
        save_checkpoint(checkpoint, run.job.run / CHECKPOINT)


def _log_terms(run: _Run, images: int, terms: Tensor, *, pace: float, rate: float) -> None:
    """Append the mean losses since the last line."""
    values = {name: round(float(value), 4) for name, value in zip(TERMS, terms, strict=True)}
    _append(run, {"images": images, "images_per_second": round(pace, 1), "rate": rate, **values})


def _report(run: _Run, images: int, *, size: int) -> None:
    """Validate the averaged weights and append the figures."""
    places = fair_sample(_places(run, size, "validation"), run.preset.validation_views)
    figures = validate(run.average.net, places, count=16)
    _append(run, {"images": images, "size": size, "validation": as_json(figures)})


def _append(run: _Run, line: dict[str, object]) -> None:
    """Add one line to the log."""
    line = {"minutes": round((time.monotonic() - run.started) / 60, 2), **line}
    with (run.job.run / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    train(tyro.cli(Train))
