"""What the explanation says of itself, on the page and in the terminal.

A constant is what a section begins with. `ASSUMED` and `AFTER`, which only the page
has, hold markup; the others are plain text.
"""

from __future__ import annotations

from .. import passes
from ..passes.fusion import fuse

# Graphs are lines in the terminal and drawings on the page.
GRAPH = """
What the function does, as it was recorded while it ran once on symbols: a line for each
node, which is an operation on whole tensors, with the type of its result at the right.
"""
BEFORE = """
What the function does, as it was recorded while it ran once on symbols. Every box is a
node: an operation on whole tensors, with the type of its result below. Rounded boxes
are inputs, green ones results.
"""
AFTER = """
After all passes and fusion. A <em>fused</em> node is a small graph of its own that is
computed in one walk over its elements; the list shows what is inside.
"""

PASSES = """
A pass rewrites the graph into one that computes the same with less work. Each line
tells how many nodes and operations on single numbers there were before and after. The
last one, fusion, joins neighbours that walk over the same elements into one kernel.
"""
OF_PASS = {
    each.__name__: " ".join((each.__doc__ or "").split("\n\n")[0].split())
    for each in (*passes.PASSES, *passes.AFTERWARDS, fuse)
}
"""The first sentence about each pass, by its name."""

KERNELS = """
A kernel is a compiled function that runs over arrays. Kernels of a group work on the
same rows: a chunk of rows goes through all of them, then the next chunk, so that what
one kernel has written is still in the cache when the next one reads it. A unit is the
least that can be cut off, a row or several, such as an image. Operations and
bytes are estimates. Operations for each byte are the arithmetic intensity: the lower it
is, the more a kernel waits for memory. The figures of a group leave out the reading of
what its kernels hand to each other. A group that waits begins when all threads have
done everything before it; so does a step of a library, which Python takes. A group with
little work is done by one thread, and so is everything where all of it is little.
"""
NOTHING_RUNS = "Nothing runs: the results are inputs or constants."
TIMES = """
Each group by itself while everything runs in order; a median of rounds. Of the limit:
of what this machine can reach at that intensity, by its peak or by a bandwidth, which
is that of the cache where a group reads and writes no more than 512 KiB. What takes
less than a microsecond is mostly the way to it and back. Kernels of a group are timed
once more one by one, each on all rows: what they take longer in sum than the group is
what going chunk by chunk saves.
"""

ROOFLINE = """
Each dot is a group of kernels; point at it, or walk from dot to dot with the tab key.
Under the slanted roof the bytes set the pace: a byte is used too seldom. Under the
level one the arithmetic does. What holds in the caches may lie above the memory's roof.
"""
ASSUMED = """
Nothing has been measured. The roofs are those of an imagined machine, and the dots show
what it could reach at most. <code>explain(..., measure=True)</code> measures yours.
"""
MEASURED = """
Peak and bandwidths are what this machine reached with a product of matrices and with
walks over arrays. The larger a dot, the larger its share of the time.
"""

MEMORY = """
Values between inputs and outputs lie in one arena, allocated once. Buffers that are not
needed at the same time share bytes. The lower bound is what is needed at the fullest
step; a step lasts from one wait for all threads to the next.
"""
ARENA = """
Across are steps, upwards are the bytes of the arena; every rectangle is a buffer, which
tells its name when it is pointed at. The dashed line is the lower bound.
"""

SOURCES = """
The generated functions. Sizes and strides are arguments, so one function serves many
shapes. It computes elements begin to end of the axis that threads share.
"""
