"""Write Dirigent plugins in Python: a plugin is one function, `run(context, input)`, in `plugin.py`.

See README.md of this folder for a complete example. Everything a plugin may call is here or in a module of this package;
nothing but the standard library is needed.
"""

from . import config, http, journal, keyvalue, log
from .context import Context
from .failure import Failure
from .signals import heartbeat, progress

__all__ = ["Context", "Failure", "config", "heartbeat", "http", "journal", "keyvalue", "log", "progress"]
