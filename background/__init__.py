"""What runs beside the requests: each worker's turns are taken by one process at a time."""
