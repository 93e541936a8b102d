"""The program ``nblabel``: its commands, its version, its help."""

from __future__ import annotations

import click

from nblabel._version import __version__
from nblabel.commands.completing import completion
from nblabel.commands.errors import Commands
from nblabel.commands.helping import examples
from nblabel.commands.label import demo, label
from nblabel.commands.simulating import simulate
from nblabel.commands.stores import check, export, info


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "nblabel demo",
        "nblabel label photos --classes cat,dog,other",
        "nblabel export photos.sqlite labels.csv",
        "nblabel COMMAND --help",
    ),
)
@click.version_option(__version__, prog_name="nblabel", message="%(prog)s %(version)s")
def cli() -> None:
    """Label pictures in JupyterLab with active learning, and look after the labels.

    The exit code is 0 if all went well, 1 if something could not be done, and 2 if the command was
    not understood.
    """


for one in (label, demo, export, info, check, simulate, completion):
    cli.add_command(one)


def main() -> None:
    """Run what the command line says, and end with its exit code."""
    cli()
