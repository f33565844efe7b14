"""Text cut into lines, with progress bars told once a second."""

from dagy.runner.lines import LineSplitter


def test_lines_are_whole_and_the_rest_comes_at_the_end():
    splitter = LineSplitter()
    assert splitter.feed("one\ntw", 0.0) == ["one"]
    assert splitter.feed("o\n\nthree", 0.0) == ["two", ""]
    assert splitter.end() == ["three"]
    assert splitter.end() == []


def test_of_a_line_that_is_redrawn_one_state_a_second_and_the_last_are_told():
    splitter = LineSplitter()
    told = [
        (number, line)
        for number in range(301)
        for line in splitter.feed(f"\r{number / 3:.0f}%", number / 100)
    ]
    assert told == [(0, "0%"), (100, "33%"), (200, "67%"), (300, "100%")]
    assert splitter.feed("\r100% done\n", 3.01) == ["100% done"]


def test_a_state_that_was_told_already_is_not_told_again_at_its_end():
    splitter = LineSplitter()
    assert splitter.feed("\r100%", 0.0) == ["100%"]
    assert splitter.feed("\n", 0.1) == []
    assert splitter.feed("100%\n", 0.2) == ["100%"]


def test_what_stands_still_is_told_a_second_later():
    splitter = LineSplitter()
    assert splitter.feed("1%\r", 0.0) == ["1%"]
    assert not splitter.waits
    assert splitter.feed("2%\r", 0.5) == []
    assert splitter.waits
    assert splitter.due(0.9) == []
    assert splitter.due(1.0) == ["2%"]
    assert splitter.due(2.0) == []


def test_a_bar_that_wipes_itself_leaves_its_last_state():
    splitter = LineSplitter()
    assert splitter.feed("\r50%", 0.0) == ["50%"]
    assert splitter.feed("\r90%\r    \r", 0.1) == []
    assert splitter.end() == ["90%"]


def test_lines_of_windows_programs_are_lines():
    splitter = LineSplitter()
    assert splitter.feed("a\r\nb\r\n", 0.0) == ["a", "b"]
    assert splitter.feed("c\r", 0.0) == ["c"]
    assert splitter.feed("\nd\r\n", 0.0) == ["d"]


def test_a_line_without_an_end_does_not_fill_the_memory():
    plain, redrawn = LineSplitter(), LineSplitter()
    for number in range(100):
        plain.feed("x" * 10_000, 0.0)
        redrawn.feed(f"\r{number}" + "y" * 100_000, 0.0)
    assert plain.end() == ["x" * 16_384]
    assert redrawn.end() == ["99" + "y" * 16_382]
