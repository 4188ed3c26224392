"""The witnesses of the atlas in TensorFlow and Keras."""
