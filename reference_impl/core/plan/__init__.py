"""Plans: when everything is computed, and on which bytes.

groups                kernels that walk over the same rows together
offsets timeline      where in an arena buffers lie, and a drawing of it
stages                groups, once or in a loop; how long each buffer is needed
tables                what the driver walks over
sharing               which outputs lie over inputs
plan                  all of this, ready to run
measuring             how long each part of it takes
"""
