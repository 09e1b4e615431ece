"""One module per system of the demo company: its habits, its columns and formats, its facts."""
