"""The sound corpus: fetch, select, synthesise, render, caption and store.

Three commands, each restartable: ``python -m corpus.fetch``, ``python -m corpus.select``, ``python -m corpus.build``.
"""
