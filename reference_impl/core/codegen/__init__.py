"""Source text: of loop nests, which are ops on single elements and reductions.

A fused region becomes a *nest* first: arrays and statements that know dtypes and loops,
but no language. A printer writes it in one. Kernels are built from the Python that
Numba compiles; the C is there to be read, and to show that nothing but words depends on
the language. Sizes are in no text, so one text serves all shapes whose memory is walked
alike. What LLVM's vectoriser asks for and Numba has no word for is in the last modules,
which texts import: they import Numba, so only a process that builds loads them. Of
trees there is text as well, in plain Python: how those of one structure are taken
apart.

    nest                 what is computed: arrays and statements
    in_place             which arrays may be written over
    variables            what everything in a function is called
    schedule             which statement stands in which loop
    formula              what the function says that it computes
    printer              printing, in whatever language
    python_text c_text   the two languages
    scalars              choices, bits, polynomials: what is done to single numbers
    language             elements of memory, and reductions
    formats elementary   constants of float32 and float64; exponentials and the like
    known_tree           trees of a structure that is known
"""
