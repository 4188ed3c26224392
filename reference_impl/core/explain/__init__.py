"""Explanations: what compilation made of a function, for a person's eyes.

work          what runs, in order, and what each of it costs by estimate
memory        which bytes it needs, and when
limits        what the machine can do at best, measured
explanation   all of this as one object
numerals      counts, bytes and seconds as short text
sentences     what is said of all of this, wherever it is shown
timings text  the explanation for a terminal
markup        elements of pages and drawings
layers        where the boxes of a drawing are
drawing       a graph as a drawing, or as a list with links
roofline      what each kernel reaches, under what the machine can do
style page    the explanation as a page of its own
"""
