"""The core: tensors, ops, derivatives, graphs, memory.

Modules import downwards only, so they can be read from the first line to the last:

    errors                       what can go wrong
    dtype shape tree location    kinds of numbers, axes, containers, lines of programs
    memory device dlpack         who owns bytes, and how they are lent
    tensor                       a node of a graph
    operands scope               what an op takes; which part of a model is computed
    op                           a law, declared once
    ops/                         all of them
    show draw graph              what a function does, and how that is shown
    walk autodiff jacobian       derivatives: two walks, and what they are for
    compile body                 graphs that run; functions inside of ops
    control custom               loops and branches; derivatives by a rule of one's own
    keys random                  numbers drawn from a key

`reference_impl.io` is above: graphs as files and as programs.
"""
