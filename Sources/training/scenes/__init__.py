"""Rendered scenes whose events are known exactly: what the motion encoder learns timing from."""
