"""The atlas of differences: what frameworks do otherwise, each with its witness.

A witness is a small program, one for each framework, whose result is known. Modules
import downwards only:

    places          where a witness stands
    row             what a difference is
    rows/           the differences, a file for each theme
    listing         the code of a witness, read as text
    reference/ ...  the witnesses themselves, a file for each theme

A new row costs one declaration and one function for each framework; a second one where
it takes a change to agree. The command, the tests and the book pick them up.

A witness imports its own framework and nothing else of this project. `workbench.atlas`
runs them, each framework in its own process. There is deliberately no list of expected
differences besides `rows`.
"""
