"""Where results come from: hashes of code, the commit, versions."""

import subprocess

import pytest

import regclaims.provenance as provenance
from regclaims.provenance import code_hash, commit, versions

MODULES = {
    "__init__.py": "",
    "used.py": "from package.deep import inner\nVALUE = 1\n",
    "unused.py": "VALUE = 1\n",
    "deep/__init__.py": "BASE = 1\n",
    "deep/inner.py": "VALUE = 1\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return a function that writes a package with some files changed and hashes a script."""
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "package")

    def hashed(script="from package.used import VALUE\n", changed=None):
        # Files are read once per process; here they change.
        provenance._imported.cache_clear()
        provenance._stripped.cache_clear()
        for name, text in (MODULES | (changed or {})).items():
            path = tmp_path / "package" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (tmp_path / "script.py").write_text(script, encoding="utf-8")
        return code_hash(tmp_path / "script.py")

    yield hashed
    provenance._imported.cache_clear()
    provenance._stripped.cache_clear()


SCRIPT = '"""Doc."""\nfrom package.used import VALUE\n\n\ndef f(x):\n    """Doc."""\n    return x\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Doc."""\nfrom', '"""Another text."""\nfrom'),
        ('    """Doc."""\n', ""),
        ("return x", "return x  # a comment"),
        ("\n\n\ndef", "\n\ndef"),
        ("VALUE\n", 'VALUE\n"""A text that documents the line before it."""\n'),
    ],
)
def test_words_do_not_count(package, old, new):
    assert old in SCRIPT
    assert package(SCRIPT.replace(old, new)) == package(SCRIPT)


@pytest.mark.parametrize(("old", "new"), [("return x", "return -x"), ("def f", "def g")])
def test_code_counts(package, old, new):
    assert package(SCRIPT.replace(old, new)) != package(SCRIPT)


def test_a_text_that_is_used_counts(package):
    assert package("X = 'a'\n") != package("X = 'b'\n")


@pytest.mark.parametrize("name", ["used.py", "deep/inner.py", "deep/__init__.py", "__init__.py"])
def test_an_imported_module_counts_however_deep(package, name):
    before = package()
    assert package(changed={name: MODULES[name] + "MORE = 2\n"}) != before


def test_a_module_that_is_not_imported_does_not_count(package):
    before = package()
    assert package(changed={"unused.py": "VALUE = 2\n"}) == before


@pytest.mark.parametrize(
    "line",
    [
        "import package.unused",
        "from package import unused",
        "def f():\n    from package import unused",
        "if True:\n    import package.unused as u",
    ],
)
def test_every_way_to_import_is_followed(package, line):
    before = package(line + "\n")
    assert package(line + "\n", {"unused.py": "VALUE = 2\n"}) != before


def test_modules_of_others_do_not_count(package):
    assert package("import numpy\nimport package_of_others\n")


def test_imports_may_go_round_in_circles(package):
    assert package(
        changed={"used.py": "import package.unused\n", "unused.py": "import package.used\n"}
    )


def test_a_hash_is_16_digits_and_the_same_again(package):
    first = package()
    assert first == package()
    assert len(first) == 16
    int(first, 16)


@pytest.fixture
def no_outer_git(tmp_path, monkeypatch):
    """Forget the repository that the tests may lie in, or run in as a hook."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.usefixtures("no_outer_git")
def test_no_commit_without_git(tmp_path, monkeypatch):
    assert commit(tmp_path) == "unknown"
    monkeypatch.setenv("PATH", "")
    assert commit(tmp_path) == "unknown"


@pytest.mark.usefixtures("no_outer_git")
def test_the_commit_is_the_last_that_touched_what_results_depend_on(tmp_path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("1", encoding="utf-8")
    assert commit(tmp_path) == "unknown"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    first = commit(tmp_path)
    assert len(first) == 12
    (tmp_path / "README.md").write_text("words", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "two")
    assert commit(tmp_path) == first
    (tmp_path / "src" / "new.py").write_text("not tracked", encoding="utf-8")
    assert commit(tmp_path) == first
    (tmp_path / "src" / "a.py").write_text("2", encoding="utf-8")
    assert commit(tmp_path) == f"{first}, with uncommitted changes"


def test_versions_are_those_installed():
    import numpy

    assert versions()["numpy"] == numpy.__version__
    assert set(versions()) == set(provenance.VERSIONS_OF)
