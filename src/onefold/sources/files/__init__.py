"""Readers of files: delimited text, spreadsheets, JSON, Parquet; compressed or not, one or many.

``open_files`` is the only door. One file goes through these hands: ``locating`` finds it, ``stored_file`` opens its
bytes, one of ``text_tables``, ``spreadsheets``, ``json_tables`` and ``parquet`` understands it as ``FileTable``
objects, and ``opening`` joins those of the same family (``sales_2020.csv``, ``sales_2021.csv``) and names them.
"""

from onefold.sources.files.opening import open_files

__all__ = ["open_files"]
