"""All configuration as text: written to files, compared, applied."""
