"""The core: tensors, ops, derivatives, graphs, memory.

Modules import downwards only, so they can be read from the first line to the last:

    errors                       what can go wrong
    dtype shape tree location    kinds of numbers, axes, containers, lines of programs
    blocks memory arena device   who owns bytes
    dlpack                       how they are lent
    tensor elements              a node of a graph; how data becomes one
    operands scope               what an op takes; which part of a model is computed
    op kinds bundle              a law, declared once; its kind; several results
    ops/                         all of them
    show draw graph              what a function does, and how that is shown
    walk chosen                  derivatives: two walks, and what they are about
    autodiff jacobian adjoint    what they are for: gradients, matrices, graphs
    compile body closure alike   graphs that run; functions inside of ops
    cond scan while_loop         branches and loops
    checkpoint custom            values computed again; derivative rules of one's own
    parameters keys              what random numbers follow, and are functions of
    unit_interval random         numbers made of bits; how distributions are drawn

`reference_impl.io` is above: graphs as files and as programs.
"""
