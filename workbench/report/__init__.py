"""A comparison as one HTML page that works offline.

Every number of the page comes from the documents, the gates and the adapters' files;
nothing is asked of another machine. Tables are made here, so that they can be read
without JavaScript; plots, sorting and filters are made of the same data by the page.
"""

from .files import check_folder, write

__all__ = ["check_folder", "write"]
