"""Many documents: read in processes that can be killed, written line by line, resumed by itself."""
