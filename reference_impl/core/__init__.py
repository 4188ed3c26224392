"""The core: tensors, ops, derivatives, graphs, memory.

Modules import downwards only, so they can be read from the first line to the last:

    errors                       what can go wrong
    dtype number shape           kinds of numbers, Python's numbers, axes
    tree location whole_file     containers, lines of programs, files
    lazy threads                 modules loaded late; how many threads there are
    blocks memory arena device   who owns bytes
    dlpack                       how they are lent
    tensor elements              a node of a graph; how data becomes one
    operands scope               what an op takes; which part of a model is computed
    op kinds bundle              a law, declared once; its kind; several results
    ops/                         all of them
    show draw graph cost         what a function does, how it is shown, what it costs
    pointwise                    which ops one loop over elements can compute
    walk chosen                  derivatives: two walks, and what they are about
    autodiff jacobian adjoint    what they are for: gradients, matrices, graphs
    replay body fused            graphs that run op by op, and inside of ops
    kernel                       functions that are generated, and their arguments
    passes/                      graphs that compute the same, better
    codegen/ kernels/            source text: of loops and trees, of products
    build/ driver/               machine code; the loop that runs it
    lowering/ plan/              what to call for a graph; when, and on which bytes
    explain/ signature donation  all of this, shown; arguments, told apart or given up
    advice                       what is right but slow, said when it is compiled
    compile                      all of this, in one call
    closure alike                functions inside of ops
    residuals                    what a pullback reads of what it undoes
    cond scan while_loop         branches and loops
    checkpoint custom            values computed again; derivative rules of one's own
    parameters keys              what random numbers follow, and are functions of
    unit_interval                numbers made of random bits
    continuous discrete random   how distributions are drawn

`reference_impl.io` is above: graphs as files and as programs.
"""
