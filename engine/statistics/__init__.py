"""Numbers to cite: functions of fields, and what trains for them."""
