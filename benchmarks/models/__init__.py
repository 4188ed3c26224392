"""The six models of the benchmark, as a native user of each framework writes them.

`parameters` says what crosses: canonical arrays and data. Every other file is one
framework, with the same public names in the same order:

    versions, configure              what results depend on; how many threads it may use
    mlp, lenet, resnet, lstm, gpt    the models, without values
    MODELS                           all of them, by name
    Run                              a model in training: see below

A `Run(network, arrays, mode=, optimiser=)` has the methods

    tensor(array)    the framework's own tensor, images in the layout it likes
    array(x)         a NumPy array, once its elements have been computed
    step(x, y)       update the parameters once; the loss from before
    predict(x)       the output of the model as it is used after training
    parameters()     as canonical arrays
"""
