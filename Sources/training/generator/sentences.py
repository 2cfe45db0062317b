"""What clips are told in words, encoded (scripts.py)."""

import numpy as np
import torch

ROOT = np.float32(384**0.5)


class Sentences:
    """Text encodings of scripts.npz: unit means [S, 384], states of sentence i rows first .. first + tokens of `states`."""

    def __init__(self, scripts):
        self.states, self.means, self.spans = scripts["states"], scripts["means"], scripts["spans"]

    def padded(self, which) -> tuple[torch.Tensor, torch.Tensor]:
        """States [B, L, 384] of sentences and their mask [B, L]."""
        spans = self.spans[which]
        text = torch.zeros(len(spans), int(spans[:, 1].max()), self.states.shape[-1])
        mask = torch.zeros(text.shape[:2], dtype=torch.bool)
        for i, (first, tokens) in enumerate(spans):
            text[i, :tokens] = torch.from_numpy(self.states[first : first + tokens].astype(np.float32))
            mask[i, :tokens] = True
        return text, mask

    def prompts(self, which) -> torch.Tensor:
        """Means times sqrt(384) [B, 384]."""
        return torch.from_numpy(self.means[which] * ROOT)
