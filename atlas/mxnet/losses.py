"""Losses: what they take, where they are cut off, and what they divide by."""

from mxnet import autograd, gluon, nd


def cross_entropy_input():
    logits = nd.array([[200.0, 0.0]])
    return gluon.loss.SoftmaxCrossEntropyLoss()(logits, nd.array([1]))[0]


def class_weights():
    logits, labels = nd.array([[2.0, 0.0], [0.0, 0.0]]), nd.array([0, 1])
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return loss(logits, labels, nd.array([[1.0], [3.0]])).mean()


def class_weights_equal():
    logits, labels = nd.array([[2.0, 0.0], [0.0, 0.0]]), nd.array([0, 1])
    weight = nd.array([[1.0], [3.0]])
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    return loss(logits, labels, weight).sum() / weight.sum()


def batch_twice():
    layer = gluon.nn.Dense(1, use_bias=False, weight_initializer="ones")
    layer.initialize()
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.1})
    with autograd.record():
        loss = ((layer(nd.ones((4, 1))) - nd.zeros((4, 1))) ** 2).mean()
    loss.backward()
    trainer.step(4)
    return layer.weight.data()[0, 0]


def batch_twice_equal():
    layer = gluon.nn.Dense(1, use_bias=False, weight_initializer="ones")
    layer.initialize()
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.1})
    with autograd.record():
        loss = ((layer(nd.ones((4, 1))) - nd.zeros((4, 1))) ** 2).mean()
    loss.backward()
    trainer.step(1)
    return layer.weight.data()[0, 0]


def certain_and_wrong():
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss(from_sigmoid=True)
    return loss(nd.array([[0.0]]), nd.array([[1.0]]))[0]


def certain_and_wrong_equal():
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    return loss(nd.array([[-200.0]]), nd.array([[1.0]]))[0]


def squared_error():
    return gluon.loss.L2Loss()(nd.array([3.0]), nd.array([0.0]))[0]


def squared_error_equal():
    return gluon.loss.L2Loss(weight=2)(nd.array([3.0]), nd.array([0.0]))[0]


def huber():
    return gluon.loss.HuberLoss(rho=2)(nd.array([3.0]), nd.array([0.0]))[0]


def huber_equal():
    return 2 * gluon.loss.HuberLoss(rho=2)(nd.array([3.0]), nd.array([0.0]))[0]
