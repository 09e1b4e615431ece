"""The tables of the second step, by what they are about. They stay as they are, like every step."""
