"""The zoo in TensorFlow and Keras, a file for each model."""
