"""Kernels that no loop nest describes: products, convolutions, windows, rows by number.

Products and convolutions are fast if sums stay in registers, and which sums those are
is more than a vectoriser finds out. Their functions are written in LLVM's language, for
the vector unit at hand, and all of them are loops around one *tile*. Others need what a
nest cannot say, an address that was computed or the same row three times: their text is
Python for Numba, as in `codegen/`. Functions here take addresses, sizes and strides and
give kernels; those of the last two modules give sources.

    vector_unit               what a processor's vectors are like
    llvm vectors              LLVM's language: instructions, loops; vectors
    tiles tile_shapes         a product that stays in registers; which one is best
    transposing packing       matrices turned over; panels of them
    gemm                      products of matrices
    filter_axis               which pixels are under which taps
    correlation few_filters   filters slid over images; too few to fill a vector
    pixel_sums                sums over pixels
    convolution               a convolution and its two gradients, made of these
    window_loops              loops over the windows on images
    pooling large_windows     the largest element of every window, small or large
    cross_entropy             rows of logits and a label each
    rows_by_number            rows of a table, looked up or added to
"""
