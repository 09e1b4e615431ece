"""NNNN_verb_noun; no application imports; restartable."""
