"""SpatiaLite, with libraries loaded in the order that does not crash."""
