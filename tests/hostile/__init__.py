"""Files that are damaged, dirty or meant to harm, each built by code; what a reader must make of them."""
