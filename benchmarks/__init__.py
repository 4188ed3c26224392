"""What is measured: whole models beside other frameworks, kernels, and single ideas.

    bench            six models, trained and asked, in every framework
    kernels          single kernels beside PyTorch's, and beside what the machine can do
    eager_overhead   what an eager op costs above the NumPy call that does its work
    loader, pool     what prefetching, and a pool of memory, are worth

`bench` is made of `cases` (what there is to measure), `models/` (the same six in every
framework), `worker` (a process with one of them), `agreement` (are they equal?),
`rounds` (how long does each take, in turns?) and `table`.
"""
