//! Reads about money.
