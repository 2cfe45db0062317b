"""Clips that several processes compose, kept on the training device, where each is drawn a few times: a GPU trains faster than
one process composes."""

import multiprocessing
import queue

import numpy as np
import torch

from generator.batch import composed, conditioned

PART = 32  # clips that a process composes at once


def compose(composer, encoder, seed: tuple, out):
    """A process that composes without end."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        while True:
            part = composed(composer, encoder, PART, rng)
            out.put({name: (x.half() if x.is_floating_point() else x).numpy() for name, x in part.items()})


class Pool:
    """Up to `room` clips, the oldest of which give way to new ones. Processes start before the device is first used."""

    def __init__(self, composer, encoder, processes: int, seed: tuple, room: int, device: torch.device):
        context = multiprocessing.get_context("fork")
        self.parts = context.Queue(8 * processes)
        self.processes = [context.Process(target=compose, args=(composer, encoder, (*seed, i), self.parts), daemon=True)
                          for i in range(processes)]
        for process in self.processes:
            process.start()
        self.room, self.device, self.clips, self.filled, self.composed = room // PART * PART, device, {}, 0, 0
        sentences = composer.sentences
        text, mask = sentences.padded(np.arange(len(sentences.means)))
        self.text, self.mask = text.half().to(device), mask.to(device)
        self.prompts = sentences.prompts(np.arange(len(sentences.means))).to(device)

    def take(self, most: int, wait: bool = False):
        """Takes up to `most` parts that have been composed."""
        for _ in range(most):
            try:
                part = self.parts.get(wait)
            except queue.Empty:
                return
            first = self.composed % self.room
            for name, x in part.items():
                if name not in self.clips:
                    self.clips[name] = torch.zeros((self.room, *x.shape[1:]), dtype=torch.from_numpy(x).dtype, device=self.device)
                self.clips[name][first : first + PART] = torch.from_numpy(x).to(self.device)
            self.composed += PART
            self.filled = min(self.composed, self.room)

    def __call__(self, size: int, generator: torch.Generator) -> dict:
        """A batch as Batcher makes it, of clips drawn from the pool."""
        which = torch.randint(self.filled, (size,), generator=generator, device=self.device)
        clip = {name: x[which] for name, x in self.clips.items()}
        sentence = clip["sentence"]
        return conditioned(clip, self.prompts[sentence], self.text[sentence], self.mask[sentence], generator)

    def stop(self):
        for process in self.processes:
            process.kill()
