"""The articles on labeling with little work that nblabel follows: their figures beside ours."""
