"""What is studied: typed models, the single source of schema, defaults and docs."""

from regclaims.config.loading import Registry, load_registry, load_study
from regclaims.config.study import Study

__all__ = ["Registry", "Study", "load_registry", "load_study"]
