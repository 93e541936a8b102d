"""The harness itself, with a widget that is none of nblabel's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.lab.notebook import Notebook, wait_for

pytestmark = pytest.mark.lab

WIDGET = """
import anywidget, traitlets

class Counter(anywidget.AnyWidget):
    _esm = '''
    function render({ model, el }) {
        const button = document.createElement("button");
        const show = () => { button.textContent = `count ${model.get("count")}`; };
        button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
        model.on("change:count", show);
        show();
        el.append(button);
    }
    export default { render };
    '''
    count = traitlets.Int(0).tag(sync=True)

counter = Counter()
counter
"""


def test_widget_in_page_and_kernel(notebook: Callable[..., Notebook]) -> None:
    book = notebook([WIDGET, "late = 1"])
    book.run_all()
    button = book.output(0).get_by_role("button")
    button.click()
    expect(button).to_have_text("count 1")
    wait_for(lambda: book.evaluate("counter.count") == 1, 20, lambda: "what the page counted")
    assert book.evaluate("late") == 1
    book.execute("counter.count = 7")
    expect(button).to_have_text("count 7")
    assert book.cell_types() == ["code", "code"]
    assert book.cell_count() == 2
    assert book.sources()[1] == "late = 1"


def test_restart_kill_and_reload(notebook: Callable[..., Notebook]) -> None:
    book = notebook(["value = 1\nvalue"])
    book.run_all()
    expect(book.output(0)).to_have_text("1")
    kernel_id = book.kernel_id()

    book.save()
    book.reload()
    expect(book.output(0)).to_have_text("1")
    assert book.evaluate("value") == 1

    book.restart_kernel()
    assert book.evaluate("'value' in globals()") is False
    book.run_cell(0)
    assert book.evaluate("value") == 1

    book.kill_kernel()
    assert book.evaluate("'value' in globals()") is False
    assert book.kernel_id() == kernel_id


def test_a_file_opened_later_has_a_new_kernel(notebook: Callable[..., Notebook]) -> None:
    book = notebook(["value = 1\nvalue"])
    book.run_all()
    before = book.kernel_id()
    book.save()
    book.reopen_later()
    expect(book.output(0)).to_have_text("1")
    assert book.kernel_id() != before
    assert book.evaluate("'value' in globals()") is False


def test_theme_and_size(notebook: Callable[..., Notebook]) -> None:
    book = notebook([], viewport={"width": 320, "height": 600}, device_scale_factor=2)
    book.set_theme("JupyterLab Dark")
    assert book.page.evaluate("[innerWidth, devicePixelRatio]") == [320, 2]


def test_errors_of_a_cell_are_raised(notebook: Callable[..., Notebook]) -> None:
    book = notebook(["1 / 0"])
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        book.run_all()
    with pytest.raises(RuntimeError, match="NameError"):
        book.evaluate("nowhere")


def test_problems_of_a_page_are_seen(notebook: Callable[..., Notebook]) -> None:
    book = notebook(["1"])
    book.page.evaluate(
        """() => {
            console.error("broken");
            const thrown = new Promise((done) => setTimeout(() => {
                setTimeout(done);
                throw new Error("thrown");
            }));
            return Promise.all([thrown, fetch("http://127.0.0.1:9/elsewhere").catch(() => {})]).then(() => {});
        }"""
    )
    problems = " | ".join(book.problems)
    book.problems.clear()
    assert "console: broken" in problems
    assert "page error: Error: thrown" in problems
    assert "request to http://127.0.0.1:9/elsewhere" in problems


def test_a_comm_that_the_page_never_opened_is_a_problem_after_a_restart_too(
    notebook: Callable[..., Notebook],
) -> None:
    book = notebook(["1"])
    book.restart_kernel()
    book.execute(
        "import comm; comm.create_comm(comm_id='strange', primary=False).close(deleting=True)"
    )
    wait_for(lambda: book.page.evaluate("1") and book.problems, 10, lambda: "the problem")
    (problem,) = book.problems
    book.problems.clear()
    assert "Comm not found for comm id strange" in problem


def test_a_kernel_that_does_not_answer_tells_where_it_hangs(
    notebook: Callable[..., Notebook],
) -> None:
    book = notebook(["def hang():\n    import threading\n    return threading.Event().wait(2)"])
    book.run_all()
    with pytest.raises(TimeoutError, match="in hang"):
        book.evaluate("hang()", timeout_s=0.5)
