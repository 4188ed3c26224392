"""The core: tensors, ops, derivatives, graphs, memory.

Modules import downwards only: `errors dtype shape tree`, then `memory device`, then
`tensor`, `operands`, `op`, `ops`, then `autodiff graph`, then `compile`.
"""
