"""Ask, tell, learn: a labeling job without a user interface."""

from nblabel.session.session import Session

__all__ = ["Session"]
