"""From what a person sees to numbers that a learner reads."""
