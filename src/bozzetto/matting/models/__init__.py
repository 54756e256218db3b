"""Saliency networks behind one protocol; only this package loads ONNX Runtime."""
