"""The mechanism experiments: one file a section."""

from __future__ import annotations

from pydantic import Field

from regclaims.config.base import Strict
from regclaims.config.mechanisms.cost import Cost
from regclaims.config.mechanisms.data_sparsity import DataSparsity
from regclaims.config.mechanisms.disturbances import Disturbances
from regclaims.config.mechanisms.duality import Duality
from regclaims.config.mechanisms.evenness import Evenness
from regclaims.config.mechanisms.geometry import Geometry
from regclaims.config.mechanisms.identities import Identities
from regclaims.config.mechanisms.kink import Kink
from regclaims.config.mechanisms.least_norm import LeastNorm
from regclaims.config.mechanisms.optimism import Optimism
from regclaims.config.mechanisms.optimizers import Optimizers
from regclaims.config.mechanisms.priors import Priors
from regclaims.config.mechanisms.shrinkage import Shrinkage
from regclaims.config.mechanisms.small_weights import SmallWeights
from regclaims.config.mechanisms.twins import Twins
from regclaims.config.mechanisms.two_stages import TwoStages
from regclaims.config.mechanisms.weight_decay import WeightDecay

__all__ = ["Mechanisms"]


class Mechanisms(Strict):
    """One section per experiment."""

    kink: Kink = Field(default=Kink(), description="Ablation of the kink.")
    small_weights: SmallWeights = Field(
        default=SmallWeights(), description="Why small weights survive under L2."
    )
    shrinkage: Shrinkage = Field(
        default=Shrinkage(), description="Maps from least squares to penalized coefficients."
    )
    identities: Identities = Field(default=Identities(), description="Definitions and gradients.")
    priors: Priors = Field(default=Priors(), description="Priors whose mode is a penalized fit.")
    geometry: Geometry = Field(default=Geometry(), description="Where contours touch a ball.")
    duality: Duality = Field(default=Duality(), description="Penalty and constraint.")
    least_norm: LeastNorm = Field(default=LeastNorm(), description="Interpolation of least norm.")
    optimizers: Optimizers = Field(default=Optimizers(), description="First-order methods.")
    weight_decay: WeightDecay = Field(default=WeightDecay(), description="Weight decay and ridge.")
    cost: Cost = Field(default=Cost(), description="Operations to a certified fit.")
    two_stages: TwoStages = Field(
        default=TwoStages(), description="One strength against two stages."
    )
    twins: Twins = Field(default=Twins(), description="Columns in pairs.")
    evenness: Evenness = Field(
        default=Evenness(), description="Even weights as the cause of a gain."
    )
    optimism: Optimism = Field(default=Optimism(), description="Degrees of freedom and optimism.")
    disturbances: Disturbances = Field(
        default=Disturbances(), description="Outliers, heavy tails, noise columns, shifts."
    )
    data_sparsity: DataSparsity = Field(
        default=DataSparsity(), description="Zeros in the data and in the coefficients."
    )
