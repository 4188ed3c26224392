"""Training: the state and its step, the loop, and whom the loop tells.

    import reference_impl as ri
    from reference_impl import data, nn, optim, train

    model = nn.Linear.init(ri.random.key(0), 2, 3)
    optimiser = optim.sgd(lr=0.1, momentum=0.9)
    loader = data.Loader((x, y), batch_size=4, shuffle=True)

    trained = train.fit(model, nn.cross_entropy, optimiser, loader, epochs=2).model

A loop written by hand, here for a model without running statistics, is as short and
ends with the same bits:

    def loss(model, x, y):
        return nn.cross_entropy(model.training(x)[0], y)

    state = optimiser.init(model)
    for epoch in range(2):
        for x, y in loader.epoch(epoch):
            value, grads = ri.value_and_grad(loss)(model, ri.tensor(x), ri.tensor(y))
            model, state = optimiser.update(grads, state, model)

`fit` adds what a long training needs: evaluation, callbacks, checkpoints from which it
continues bit for bit, and the name of the tensor where a loss ceased to be finite. In
between stands `stepper`, which takes care of keys and running statistics, too:

    state = train.State.init(model, optimiser, key)
    step = ri.compile(train.stepper(nn.cross_entropy, optimiser))
    for x, y in loader.epoch(0):
        state, value = step(state, x, y)

Modules import downwards only:

    trainable                  what a model must be
    state                      what a step reads and makes; the step
    batches                    what a step is given, and by whom
    metrics evaluation         how good a model is
    callback                   what a loop tells
    folder_lock                one writer at a time
    early_stopping checkpoint  when to end; what to continue from
    progress live_plot         what a person sees
    event_file tensorboard     what TensorBoard reads
    non_finite                 where an infinity or a NaN has begun
    arguments                  what the loop must be given
    fit                        the loop
"""

from ..io.checkpoint import load_checkpoint, read_checkpoint, save_checkpoint
from .batches import Batches
from .callback import Callback, Moment
from .checkpoint import Checkpoint, checkpoints
from .early_stopping import EarlyStopping
from .evaluation import evaluate
from .fit import fit
from .live_plot import LivePlot
from .metrics import Metric, accuracy, average, confusion_matrix, perplexity, top_k
from .non_finite import first_non_finite
from .progress import Progress
from .state import State, stepper
from .tensorboard import TensorBoard

__all__ = [
    "Batches",
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "LivePlot",
    "Metric",
    "Moment",
    "Progress",
    "State",
    "TensorBoard",
    "accuracy",
    "average",
    "checkpoints",
    "confusion_matrix",
    "evaluate",
    "first_non_finite",
    "fit",
    "load_checkpoint",
    "perplexity",
    "read_checkpoint",
    "save_checkpoint",
    "stepper",
    "top_k",
]
