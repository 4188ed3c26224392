"""Distributions: frozen records of parameters, to draw from and to ask.

    from reference_impl.nn.distributions import Normal, kl_divergence

    belief = Normal(loc, scale)
    z = belief.sample(key, (16,))
    loss = -ri.mean(belief.log_probability(z)) + ri.mean(kl_divergence(belief, prior))

A distribution is a tree with its parameters as leaves: a function can take one, and
return one, and be differentiated by it. Modules import downwards only:

    distribution               what all have in common
    normal uniform exponential  on the real line: samples move with the parameters
    bernoulli categorical      on integers, given by logits
    gamma beta                 on positive numbers; between 0 and 1
    divergence                 how far one is from another
"""

from .bernoulli import Bernoulli
from .beta import Beta
from .categorical import Categorical
from .distribution import Distribution
from .divergence import kl_divergence
from .exponential import Exponential
from .gamma import Gamma
from .normal import Normal
from .uniform import Uniform

__all__ = [
    "Bernoulli",
    "Beta",
    "Categorical",
    "Distribution",
    "Exponential",
    "Gamma",
    "Normal",
    "Uniform",
    "kl_divergence",
]
