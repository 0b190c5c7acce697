"""Anyone's optimizer as a guest: `torch:AdamW`, `optax:lion`, `pytorch_optimizer:Prodigy`.

A guest is a rule like ours, so that clips race it and `descend` prints its iterates; but the step is the library's own,
in double precision, and what it is handed as its gradient is the one that we derive from the formula. So what is seen
is the plain optimizer: no clipping, no network, no data loader between the rule and the landscape.

The libraries are imported when a guest is asked for, and never otherwise.

>>> from optimizers import descend, make_rule
>>> rule = make_rule("torch:AdamW", lr=0.1, weight_decay=0.05)  # doctest: +SKIP
"""

from .catalogue import LIBRARIES, Invited, invited, names_of, version_of
from .invite import guest, guest_kind
from .record import Guest

__all__ = ["LIBRARIES", "Guest", "Invited", "guest", "guest_kind", "invited", "names_of", "version_of"]
