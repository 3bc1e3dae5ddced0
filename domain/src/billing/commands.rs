//! Writes about money that people ask for.
