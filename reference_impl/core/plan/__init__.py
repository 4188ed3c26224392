"""Plans: when everything is computed, and on which bytes.

offsets timeline      where in an arena buffers lie, and a drawing of it
groups                kernels that walk over the same rows together
schedule              stages; from when to when each buffer is needed
tables                what the driver walks over
plan                  all of this, ready to run
measuring             how long each part of it takes
"""
