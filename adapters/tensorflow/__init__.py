"""The models of the comparison in TensorFlow and Keras."""
