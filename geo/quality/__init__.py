"""How good the data are: lines of each data set, and the records behind each line."""
