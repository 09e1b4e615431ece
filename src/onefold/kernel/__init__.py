"""Small things every package may use: permanent ids, time, text that is safe to show. Standard library only."""

from onefold.kernel.clock import Clock, utc_now
from onefold.kernel.ids import customer_id_for, is_customer_id, new_id, subject_id_for

__all__ = ["Clock", "customer_id_for", "is_customer_id", "new_id", "subject_id_for", "utc_now"]
