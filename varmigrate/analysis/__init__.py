"""Who is `torch.autograd.Variable` here, and what is known about an expression.

This room reads syntax trees and the tables of `torch_facts`; it knows no rules and prints nothing.
"""
