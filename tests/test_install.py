"""Installed in each of the three ways, the package finds its guides and schemas and does its main job."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "imd-sea-fcl-original.edi"
FOLDERS = ("edifact_ics", "mig", "reference_data", "samples", "schemas")
PARTS = (*FOLDERS, "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
WHERE = (
    "import edifact_ics; from edifact_ics import resources, load_mig;"
    "print(edifact_ics.__file__, resources.root('mig'), resources.root('schemas'), load_mig('IMD').message, sep='\\n')"
)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is installed: building leaves files behind, and stale ones must not be seen."""
    copy = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, copy / part)
    return copy


@pytest.fixture(scope="session")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", str(checkout), "--no-deps", "-w", str(folder))
    (built,) = folder.glob("*.whl")
    return built


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without what would show the way to this checkout."""
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    return {**kept, "PYTHONSAFEPATH": "1", **more}


def new_python(folder: Path) -> Path:
    """Return the interpreter of a new environment that sees the dependencies installed here, and nothing of ours."""
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    (Path(found.stdout.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def where(python: Path, folder: Path, **more: str) -> list[Path]:
    """Return where the package, its guides and its schemas are found from the root folder."""
    lines = run(python, folder, "-c", WHERE, **more).splitlines()
    assert lines[3] == "IMD"
    return [Path(line).resolve() for line in lines[:3]]


def run(python: Path, folder: Path, *words: str, **more: str) -> str:
    done = subprocess.run(
        [python, *words], cwd=folder.anchor, capture_output=True, text=True, check=False, env=environment(**more)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_brings_guides_schemas_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder, suffixes in (("mig", (".xml", ".csv")), ("schemas", (".xsd",)), ("reference_data", (".csv",))):
        ours = {f"edifact_ics/{folder}/{file.name}" for file in (ROOT / folder).iterdir() if file.suffix in suffixes}
        assert len(ours) >= 3
        assert ours - names == set()
    modules = {file.relative_to(ROOT).as_posix() for file in (ROOT / "edifact_ics").rglob("*.py")}
    assert modules - names == set()
    assert "edifact_ics/py.typed" in names
    assert any(name.endswith("/LICENSE") for name in names)
    assert [
        name for name in names if name.startswith(("tests", "samples", "tools", "mig/", "reference_data/", "schemas/"))
    ] == []


def test_from_a_wheel(wheel: Path, tmp_path: Path) -> None:
    python = new_python(tmp_path / "venv")
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    package, guides, schemas = where(python, tmp_path)
    assert package.is_relative_to((tmp_path / "venv").resolve())
    assert (guides, schemas) == (package.parent / "mig", package.parent / "schemas")
    assert run(python, tmp_path, "-m", "edifact_ics", "check", str(SAMPLE)).startswith(f"{SAMPLE}: accepted ")
    assert run(python, tmp_path, "-m", "edifact_ics", "--version").startswith("edifact-ics, version ")
    assert "shipped, issued 2015-07-01" in run(python, tmp_path, "-m", "edifact_ics", "reference", "list", "ports")
    command = python.with_name("edifact-ics.exe" if os.name == "nt" else "edifact-ics")
    done = subprocess.run(
        [command, "guide"], cwd=tmp_path, capture_output=True, text=True, check=True, env=environment()
    )
    assert "IMD      Full import declaration " in done.stdout


def test_from_an_editable_installation(checkout: Path, tmp_path: Path) -> None:
    python = new_python(tmp_path / "venv")
    pip("--python", str(python), "install", "--no-deps", "-e", str(checkout))
    package, guides, schemas = where(python, tmp_path)
    home = checkout.resolve()
    assert (package.parent, guides, schemas) == (home / "edifact_ics", home / "mig", home / "schemas")
    assert run(python, tmp_path, "-m", "edifact_ics", "check", str(SAMPLE)).startswith(f"{SAMPLE}: accepted ")


def test_from_a_plain_checkout(checkout: Path, tmp_path: Path) -> None:
    python = new_python(tmp_path / "venv")
    package, guides, schemas = where(python, tmp_path, PYTHONPATH=str(checkout))
    home = checkout.resolve()
    assert (package.parent, guides, schemas) == (home / "edifact_ics", home / "mig", home / "schemas")
    out = run(python, tmp_path, "-m", "edifact_ics", "check", str(SAMPLE), PYTHONPATH=str(checkout))
    assert out.startswith(f"{SAMPLE}: accepted ")


def test_an_installation_without_its_data_says_so(checkout: Path, tmp_path: Path) -> None:
    shutil.copytree(checkout / "edifact_ics", tmp_path / "edifact_ics")
    ask = "from edifact_ics.resources import root\ntry: root('mig')\nexcept FileNotFoundError as error: print(error)"
    said = run(new_python(tmp_path / "venv"), tmp_path, "-c", ask, PYTHONPATH=str(tmp_path))
    assert said == "the data folder 'mig' of edifact_ics is missing from this installation\n"
