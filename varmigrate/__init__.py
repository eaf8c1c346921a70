"""varmigrate: takes legacy PyTorch code off `torch.autograd.Variable`, with reasons."""

__version__ = "0.1.0"
