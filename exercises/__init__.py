"""The exercises: build the parts of the framework yourself, and be graded.

A folder `NN_name` is one exercise. Its task file is made from the library, its
visible tests are the learner's, its hidden tests stay with the grader. The grader
never imports what a learner hands in: a worker in a sandbox does.
"""
