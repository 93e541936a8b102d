"""How Sphinx makes the site. Its source is the repository: links and pages stay as they are."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "site")]  # the package of this tree, and no other

import nblabel

for name in nblabel.__all__:  # loaded once: else each process that reads pages does it again
    getattr(nblabel, name)

project = "nblabel"
author = "nblabel maintainers"
project_copyright = author
version = release = nblabel.__version__

root_doc = "docs/index"
include_patterns = ["docs/**", "notebooks/**", "*.md"]
exclude_patterns = ["README.md", ".*", "node_modules", "build", "dist", "**/.ipynb_checkpoints"]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "pages"]
executed_notebooks = str(ROOT / "build" / "executed")  # what scripts/run_notebooks.py writes
myst_heading_anchors = 4
smartquotes = False
default_role = "py:obj"  # `Session` in a docstring is a link where there is a Session

napoleon_google_docstring = False
napoleon_use_ivar = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
toc_object_entries = False

html_theme = "furo"
html_title = "nblabel"
html_copy_source = False
html_domain_indices = False
html_additional_pages = {"index": "first.html"}
templates_path = ["site/templates"]
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
