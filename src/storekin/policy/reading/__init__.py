"""Policy files to policies; all faults are named at once."""
