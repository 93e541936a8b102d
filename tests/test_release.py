"""The files of a release agree: version, versions of Python, extras, addresses, and what CI may do."""

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import nblabel as nb

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# extras for users, which CI installs all of, and those for the work on the repository
TOOLS = {"test", "docs", "hosts", "dev", "bench", "articles"}
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def read(name):
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def jobs():
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items():
            yield f"{path.name}: {name}", job


def steps():
    for name, job in jobs():
        for step in job.get("steps", []):
            yield name, step


# versions


def test_the_files_agree_on_the_version():
    found = script("check_release").versions(ROOT)
    assert set(found.values()) == {nb.__version__}, found


def test_a_tag_is_checked_before_it_is_published(tmp_path):
    check = script("check_release")
    for name in (*check.PLACES, "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    tag = f"v{nb.__version__}"
    (tmp_path / "CHANGELOG.md").write_text("## Unreleased\n")
    (problem,) = check.problems(tmp_path, tag)
    assert problem.startswith("CHANGELOG.md has no section")
    (tmp_path / "CHANGELOG.md").write_text(f"## {nb.__version__} (2027-01-31)\n")
    assert check.problems(tmp_path, tag) == []
    assert len(check.problems(tmp_path, "v9.0.0")) == len(check.PLACES) + 1
    for tag in ("", "0.2.0", "v0.2", "v0.2.0; rm -rf", "latest"):
        assert "is no version such as v0.2.0" in check.problems(tmp_path, tag)[0]


def pythons():
    start = "Programming Language :: Python :: 3."
    return [one.removeprefix(start[:-2]) for one in PROJECT["classifiers"] if one.startswith(start)]


def test_every_version_of_python_that_is_named_is_tested():
    assert pythons() == ["3.11", "3.12", "3.13", "3.14"]
    ci = read(".github/workflows/ci.yml")["jobs"]
    assert ci["test"]["strategy"]["matrix"]["python-version"] == pythons()
    elsewhere = ci["elsewhere"]["strategy"]["matrix"]
    assert elsewhere["python-version"] == [pythons()[0], pythons()[-1]]
    assert [name.split("-")[0] for name in elsewhere["os"]] == ["macos", "windows"]
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert all(one in allowed for one in pythons())
    assert "3.10" not in allowed
    assert read("conda/recipe.yaml")["context"]["python_min"] == pythons()[0]
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
    assert known["target-version"] == f"py{pythons()[0].replace('.', '')}"


def test_the_lowest_versions_are_tested():
    commands = [step.get("run") for _, step in steps()]
    assert "make oldest" in commands
    floors = dict(
        line.split("==")
        for line in (ROOT / "constraints/oldest.txt").read_text().lower().splitlines()
        if "==" in line
    )
    for requirement in map(Requirement, PROJECT["dependencies"]):
        (floor,) = requirement.specifier
        assert floor.operator == ">="
        pinned = floors[requirement.name.lower()]
        assert pinned.startswith(floor.version), f"{requirement} and {pinned}"


def test_what_the_command_line_needs_is_in_both_sets_of_versions():
    for name in ("lock", "oldest"):
        assert re.search(r"(?m)^click==", (ROOT / f"constraints/{name}.txt").read_text())


# extras


def members(extra):
    """Return an extra and those that it brings."""
    found = {extra}
    for requirement in map(Requirement, PROJECT["optional-dependencies"][extra]):
        if requirement.name == "nblabel":
            for one in requirement.extras:
                found |= members(one)
    return found


def test_every_extra_is_tested():
    commands = [step["run"] for name, step in steps() if name == "ci.yml: test" and "run" in step]
    assert commands == ["make .venv/.articles PYTHON=python", "make test PYTHON=python"]
    installed = members("articles") | members("test")
    assert set(PROJECT["optional-dependencies"]) - TOOLS <= installed
    assert "NBLABEL_TEST_POSTGRES" in dict(jobs())["ci.yml: test"]["env"]


# what CI may do


def test_workflows_read_and_only_one_job_may_ask_pypi():
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == {"contents": "read"}
    more = {
        name: job["permissions"]
        for name, job in jobs()
        if job.get("permissions", {"contents": "read"}) != {"contents": "read"}
    }
    assert more == {"release.yml: publish": {"id-token": "write"}}


def test_actions_are_pinned_and_keep_no_password():
    used = [(name, step) for name, step in steps() if "uses" in step]
    assert len(used) > 10
    for name, step in used:
        assert PINNED.fullmatch(step["uses"]), f"{name}: {step['uses']}"
        if step["uses"].startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, name
    for path in WORKFLOWS:
        text = path.read_text("utf-8")
        for line in re.findall(r"(?m)^.*uses: .*@.*$", text):
            assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
        versions = re.findall(r"@([0-9a-f]{40}) # (\S+)", text)
        assert len(dict(versions)) == len(set(versions)), "one commit has one version"


def test_no_text_from_outside_becomes_a_command():
    for name, step in steps():
        assert "${{" not in step.get("run", ""), name


def test_jobs_end_and_a_release_is_tested_first():
    for name, job in jobs():
        assert "timeout-minutes" in job or "uses" in job, name
    release = read(".github/workflows/release.yml")["jobs"]
    assert set(release["publish"]["needs"]) == {"test", "build"}
    assert release["publish"]["environment"]["name"] == "pypi"
    assert read(".github/workflows/release.yml")[True] == {"push": {"tags": ["v*"]}}
    assert "workflow_call" in read(".github/workflows/ci.yml")[True]


def test_commands_of_workflows_are_targets_of_make():
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    targets.add(".venv/.articles")
    for name, step in steps():
        if step.get("run", "").startswith("make "):
            assert step["run"].split()[1] in targets, name


# addresses, conda, the program


def test_placeholder_addresses_are_those_in_one_place():
    home = PROJECT["urls"]["Repository"]
    owner = home.removeprefix("https://github.com/")
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert "# Placeholders, until" in text
    assert all(address.startswith(home) for address in PROJECT["urls"].values())
    named = set(re.findall(r"[\w./]+\.(?:md|cff|yaml)", text.split("[project.urls]")[0][-400:]))
    holding = set()
    for path in [*ROOT.glob("*.*"), *ROOT.glob("docs/*"), *ROOT.glob("conda/*")]:
        if path.suffix not in (".md", ".cff", ".yaml") or path.name == "CHANGELOG.md":
            continue
        found = re.findall(
            r"https://(?:github\.com|mybinder\.org/v2/gh)/(nblabel\S*)", path.read_text("utf-8")
        )
        if found:
            holding.add(path.relative_to(ROOT).as_posix())
            assert all(one.startswith(owner) for one in found), path.name
    assert holding == named


def test_the_conda_recipe_needs_what_pyproject_says():
    recipe = read("conda/recipe.yaml")
    run = dict(one.split(" ", 1) for one in recipe["requirements"]["run"])
    assert run.pop("python") == ">=${{ python_min }}"
    wanted = {
        requirement.name.lower(): str(requirement.specifier)
        for requirement in map(Requirement, PROJECT["dependencies"])
    }
    assert run == wanted
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    assert "hatchling >=1.27" in recipe["requirements"]["host"]
    assert build["requires"] == ["hatchling>=1.27"]
    assert sorted(recipe["about"]["license_file"]) == sorted(PROJECT["license-files"])
    assert all((ROOT / name).is_file() for name in recipe["about"]["license_file"])
    assert recipe["about"]["summary"] == PROJECT["description"]
    programs = [f"{name} = {target}" for name, target in PROJECT["scripts"].items()]
    assert recipe["build"]["python"]["entry_points"] == programs


def test_the_program_is_there():
    module, function = PROJECT["scripts"]["nblabel"].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_the_citation_says_what_pyproject_says():
    citation = read("CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["license"] == PROJECT["license"]
    assert (
        citation["title"]
        == f"nblabel: {PROJECT['description'][0].lower()}{PROJECT['description'][1:]}"
    )
    assert citation["authors"] == PROJECT["authors"]
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]
    assert set(citation["keywords"]) <= set(PROJECT["keywords"])


def test_keywords_and_classifiers_are_in_order_and_known():
    from trove_classifiers import classifiers

    assert PROJECT["keywords"] == sorted(set(PROJECT["keywords"]))
    assert PROJECT["classifiers"] == sorted(
        PROJECT["classifiers"],
        key=lambda one: [
            part.rjust(4) if part[0].isdigit() else part for part in one.split(" :: ")
        ],
    )
    assert set(PROJECT["classifiers"]) <= classifiers


# the source archive


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (source,) = (path for path in folder.iterdir() if path.is_dir())
    return source


@pytest.mark.slow  # an archive is built
def test_the_source_archive_holds_what_its_tests_need(unpacked):
    for folder in ("nblabel", "tests", "docs", "benchmarks", "notebooks", "scripts", "constraints"):
        for path in (ROOT / folder).rglob("*"):
            made = {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
            if path.is_file() and not made and path.suffix not in (".sqlite", ".pyc"):
                assert (unpacked / path.relative_to(ROOT)).is_file(), path
    for name in (
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "CITATION.cff",
        "Makefile",
    ):
        assert (unpacked / name).is_file(), name
    assert [path.name for path in unpacked.iterdir() if path.name.startswith(".venv")] == []


@pytest.mark.slow  # a run of pytest
def test_the_source_archive_passes_tests_of_its_files(unpacked):
    tests = ["tests/test_release.py", "tests/test_words.py", "tests/test_interface.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "not slow", *tests],
        cwd=unpacked,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
