"""The review queue: what a build doubts, in which order people are asked, and how the queue is kept."""
