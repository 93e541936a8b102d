"""A labeling job without a user interface: labels, a learner, and the next questions."""

from nblabel.log.coding import STATUSES
from nblabel.session.session import Session

__all__ = ["STATUSES", "Session"]
