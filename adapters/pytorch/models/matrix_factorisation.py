"""A recommender by matrix factorisation, in PyTorch."""

import torch
from torch import nn

from ...contract import Batch
from ..layers import embedding
from ..losses import mean_squared_error


class _Ratings(nn.Module):
    """The product of a user's row with an item's, plus a bias of each."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.users = embedding(200, 8, dtype)
        self.items = embedding(100, 8, dtype)
        self.user_bias = embedding(200, 1, dtype)
        self.item_bias = embedding(100, 1, dtype)

    def forward(self, user: torch.Tensor, item: torch.Tensor) -> torch.Tensor:
        products = (self.users(user) * self.items(item)).sum(-1)
        return products + (self.user_bias(user) + self.item_bias(item))[:, 0]


def build(dtype: torch.dtype) -> _Ratings:
    """200 users, 100 items, rank 8."""
    return _Ratings(dtype)


def predict(model: _Ratings, batch: Batch) -> torch.Tensor:
    """The predicted ratings, (N,)."""
    return model(batch["user"], batch["item"])


def loss(model: _Ratings, batch: Batch) -> torch.Tensor:
    """The mean squared error."""
    return mean_squared_error(model(batch["user"], batch["item"]), batch["y"])
