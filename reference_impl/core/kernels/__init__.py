"""Kernels whose speed hangs on registers: products, convolutions, transposes.

They are written in LLVM's language, by functions that read from top to bottom:

    vector_unit               what a processor's vectors are like
    llvm vectors              instructions, loops, vectors
    tiles shapes              a product that stays in registers; which one is best
    transposing packing       matrices turned over; panels of them
    gemm                      products of matrices
    windows                   which pixels are under which taps
    correlation pixel_sums    filters slid over images; sums over pixels
    spreading                 too few filters for a vector
    convolution               all three products of a convolution
"""
