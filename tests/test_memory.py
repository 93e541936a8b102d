"""What was freed goes back to the system."""

import gc
import platform
import subprocess
import sys
import textwrap

import pytest

from nblabel.system import memory

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed memory"
)

THREADS_THAT_END = """
import threading
import psutil
from nblabel.system import memory

{called}

def used():
    return psutil.Process().memory_info().rss >> 20

def work(together):
    bytes(30 << 20)  # from now on, glibc would keep twice as much
    together.wait()
    held = [bytes(b"x" * (1 << 20)) for _ in range(30)]
    together.wait()
    del held

before = used()
together = threading.Barrier(4)
threads = [threading.Thread(target=work, args=(together,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(used() - before)
"""


def megabytes_left(called: str) -> int:
    code = textwrap.dedent(THREADS_THAT_END).format(called=called)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(ran.stdout)


def test_threads_leave_little():
    assert 2 * megabytes_left("memory.keep_little()") < megabytes_left("")


def test_circles_are_looked_for_again_once_many_objects_were_made():
    assert gc.isenabled()
    with memory.collected_later():
        with memory.collected_later():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), memory.collected_later():
        1 / 0  # noqa: B018
    assert gc.isenabled()
    gc.disable()
    try:
        with memory.collected_later():
            pass
        assert not gc.isenabled()  # as the user had it
    finally:
        gc.enable()
