"""The project's own sounds, made by physical and procedural models. Each generator: ``rng -> (samples, class, caption)``."""
