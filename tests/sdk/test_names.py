"""Names in letters of any script: keys of tasks, names of flows, versions and namespaces."""

import unicodedata

import pytest

from dagy import flow, task
from dagy.names import is_name, is_namespace, is_version, task_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("größe_berechnen", "größe_berechnen"),
        ("抽出", "抽出"),
        ("रिपोर्ट_बनाओ", "रिपोर्ट_बनाओ"),
        ("تقرير", "تقرير"),
        ("ελληνικά.β", "ελληνικά.β"),
        (unicodedata.normalize("NFD", "größe"), "größe"),
        ("My task (v2)", "My-task-v2"),
        ("a--b__c", "a-b__c"),
        ("load[3]/x:y", "load-3-x-y"),
        ("🚀", "task"),
        ("🚀 start", "start"),
        ("---", "task"),
    ],
)
def test_keys_of_tasks_keep_letters_of_any_script(name: str, key: str):
    assert task_key(name) == key


def test_a_flow_in_other_scripts_runs_under_its_own_keys():
    @task
    def größe_berechnen(länge: int) -> int:
        return länge * 2

    @task(name="抽出")
    def second(x: int) -> int:
        return x

    @flow
    def übersicht(länge: int = 3) -> int:
        return second(größe_berechnen(größe_berechnen(länge)))

    run = übersicht.run_local()
    assert (run.state, run.result) == ("SUCCEEDED", 12)
    assert list(run.tasks) == ["größe_berechnen", "größe_berechnen-2", "抽出"]
    assert übersicht.spec().name == "übersicht"


def test_a_name_of_a_flow_is_composed():
    decomposed = unicodedata.normalize("NFD", "größe")
    assert flow(name=decomposed)(lambda: None).name == "größe"


@pytest.mark.parametrize("text", ["a", "größe 2", "रिपोर्ट", "a.b:c+d-e", "_", "x" * 200])
def test_names_that_are_taken(text: str):
    assert is_name(text)


@pytest.mark.parametrize("text", ["", " a", "a ", "-a", "a/b", "a\n", "a\x00b", "🚀", "x" * 201])
def test_names_that_are_not(text: str):
    assert not is_name(text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("data/été", True),
        (".data/-x", True),
        ("a b/c", True),
        ("", False),
        ("a//b", False),
        ("/a", False),
        ("a/ b", False),
        ("a\\b", False),
        ("x" * 201, False),
    ],
)
def test_namespaces(text: str, taken: bool):
    assert is_namespace(text) is taken


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("1.0", True),
        ("2024-01+β", True),
        ("", False),
        ("-1", False),
        ("1 0", False),
        ("_1", False),
        ("1" * 101, False),
    ],
)
def test_versions(text: str, taken: bool):
    assert is_version(text) is taken
