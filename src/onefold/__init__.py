"""Onefold folds every system that a company keeps its customers in into one."""

__version__ = "0.1.0"
