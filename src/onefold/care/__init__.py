"""Working together on a customer: notes, tags, tasks, files, and telling colleagues of them."""
