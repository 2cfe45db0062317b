"""Clips that several processes compose, kept on the training device, where each is drawn a few times: a GPU trains faster than
one process composes."""

import multiprocessing
import queue

import numpy as np
import torch

from generator.batch import composed, conditioned

PART = 32  # clips that a process composes at once
TAKEN = 4  # parts at most that are taken with each batch
FIRST = 4  # batches whose number of clips there is before the first one is drawn


def compose(composer, encoder, seed: tuple, out):
    """A process that composes without end."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        while True:
            part = composed(composer, encoder, PART, rng)
            out.put({name: (x.half() if x.is_floating_point() else x).numpy() for name, x in part.items()})


class Pool:
    """Makes batches as Batcher does, of clips drawn from up to `room` of them, the oldest of which give way to new ones. Processes start
    before the device is first used."""

    def __init__(self, composer, encoder, size: int, processes: int, seed: tuple, room: int, device: torch.device):
        context = multiprocessing.get_context("fork")
        self.parts = context.Queue(8 * processes)
        for i in range(processes):  # as daemons, they end with this process
            context.Process(target=compose, args=(composer, encoder, (*seed, i), self.parts), daemon=True).start()
        self.size, self.room, self.device, self.clips, self.composed = size, room // PART * PART, device, {}, 0
        sentences = composer.sentences
        text, mask = sentences.padded(np.arange(len(sentences.means)))
        self.text, self.mask = text.half().to(device), mask.to(device)
        self.prompts = sentences.prompts(np.arange(len(sentences.means))).to(device)

    def take(self, most: int, wait: bool):
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

    def __call__(self, rng: np.random.Generator) -> dict:
        # The first batches shall not be of the same few clips.
        missing = -(-(FIRST * self.size - self.composed) // PART)
        self.take(max(missing, TAKEN), wait=missing > 0)
        generator = torch.Generator(self.device).manual_seed(int(rng.integers(2**31)))
        which = torch.randint(min(self.composed, self.room), (self.size,), generator=generator, device=self.device)
        clips = {name: x[which] for name, x in self.clips.items()}
        sentence = clips["sentence"]
        return conditioned(clips, self.prompts[sentence], self.text[sentence], self.mask[sentence], generator)
