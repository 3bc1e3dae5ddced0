//! The fences between the layers that the compiler does not keep.
