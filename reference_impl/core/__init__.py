"""The core: tensors, ops, derivatives, graphs, memory.

Modules import downwards only, so they can be read from the first line to the last:

    errors                       what can go wrong
    dtype number shape           kinds of numbers, Python's numbers, axes
    tree location                containers, lines of programs
    blocks memory arena device   who owns bytes
    dlpack                       how they are lent
    tensor elements              a node of a graph; how data becomes one
    operands scope               what an op takes; which part of a model is computed
    op kinds bundle              a law, declared once; its kind; several results
    ops/                         all of them
    show draw graph cost         what a function does, how it is shown, what it costs
    walk chosen                  derivatives: two walks, and what they are about
    autodiff jacobian adjoint    what they are for: gradients, matrices, graphs
    compile body closure alike   graphs that run; functions inside of ops
    residuals                    what a pullback reads of what it undoes
    cond scan while_loop         branches and loops
    checkpoint custom            values computed again; derivative rules of one's own
    parameters keys              what random numbers follow, and are functions of
    unit_interval                numbers made of random bits
    continuous discrete random   how distributions are drawn
    whole_file                   files that are there whole or not at all

`reference_impl.io` is above: graphs as files and as programs.
"""
