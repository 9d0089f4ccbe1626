"""Did you mean …: words near to what somebody typed and nothing was found for."""

from registry.vocabulary.learning import learn, learn_from, rebuild
from registry.vocabulary.meaning import Found, did_you_mean, find

__all__ = ["Found", "did_you_mean", "find", "learn", "learn_from", "rebuild"]
