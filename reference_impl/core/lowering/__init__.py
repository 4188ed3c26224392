"""Lowering: from a graph's nodes to kernels, and to steps of libraries.

view         how a tensor lies in a buffer
walk         the axes of a loop nest: in which order, which become one
region       a fused node as loop nests
products     products and convolutions as kernels
step         what a plan orders: kernels, loops, steps of libraries
lowered      a graph, node by node
"""
