"""Work that outlives a request: the job table, leases, attempts, schedules."""
