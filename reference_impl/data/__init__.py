"""Data sets, as NumPy arrays in a fixed order and a fixed split, and their batches.

Modules import downwards only:

    dataset                    what a data set is
    real                       digits and diabetes, which scikit-learn brings
    generated                  MNIST-1D, from its recipe
    download                   files from the network, checked and kept
    idx cifar                  formats of files
    images                     MNIST, Fashion-MNIST, CIFAR-10
    text                       Shakespeare, names; stretches of a text
    token_ids                  what tokenizers accept
    characters byte_pairs      tokenizers
    transforms                 changes of the samples of a batch
    loader                     batches in a random order
"""

from . import transforms
from .byte_pairs import BytePairTokenizer
from .characters import CharacterTokenizer
from .cifar import read_cifar10
from .dataset import Dataset
from .download import DownloadError, Source, fetch, printed_progress
from .generated import mnist1d
from .idx import read_idx
from .images import cifar10, fashion_mnist, mnist
from .loader import Loader
from .real import diabetes, digits
from .text import names, next_tokens, tinyshakespeare

__all__ = [
    "BytePairTokenizer",
    "CharacterTokenizer",
    "Dataset",
    "DownloadError",
    "Loader",
    "Source",
    "cifar10",
    "diabetes",
    "digits",
    "fashion_mnist",
    "fetch",
    "mnist",
    "mnist1d",
    "names",
    "next_tokens",
    "printed_progress",
    "read_cifar10",
    "read_idx",
    "tinyshakespeare",
    "transforms",
]
