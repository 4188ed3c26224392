"""Lowering: from a graph's nodes to kernels, and to steps of libraries.

view machine                 how a tensor lies in a buffer; the vector unit
walk draft                   the axes of a loop nest; a nest in the making
region                       a fused node as loop nests
products windowed            products and convolutions as kernels
pooling indexing             windows; rows and labels found by numbers
step                         what a plan orders: kernels, loops, steps of libraries
order                        which node comes after which
nodes                        one after the other: steps, and where tensors are
loops rules                  what is written for a scan, and for every other op
lowered                      all of this for a graph
reuse                        results in the place of operands
"""
